# flags: --32
.skip ,4
.p2align ,4,16
.fill 2,,3
.globl a,
.zero
