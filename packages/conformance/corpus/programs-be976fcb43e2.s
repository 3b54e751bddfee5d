# flags: --32
.byte 1
.org nowhere+300
