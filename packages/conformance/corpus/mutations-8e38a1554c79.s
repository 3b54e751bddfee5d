# flags: --64
	.cfi_startproc simple
	.long 0, %bx
	.cfi_endproc