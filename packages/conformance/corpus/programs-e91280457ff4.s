# flags: --32
.weak .L1
.globl .L2
.comm .L3,4
.weak foo
