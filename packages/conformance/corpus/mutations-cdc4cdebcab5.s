# flags: --32
	.equ    bar2,%eax
	.globl  bar2