# flags: --64
.p2align 40
.byte 1
