# flags: --32
foo:
.section foo,"a"
