# flags: --64
	.macro insn, mnem:req, opnds:vararg
	.struct
	\mnem	\opnds
	.equiv	\mnem, .
	.endm
	insn	inc	%eax
	.equiv .Lis_64bit, inc > 1
	.macro pextrw_store opnds:vararg
	.endm
	.macro vpextrw_evex opnds:vararg
	.endm
	.if .Lis_64bit
	.endif