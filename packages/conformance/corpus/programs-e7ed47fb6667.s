# flags: --32
.bss
.fill 1,1,-1
