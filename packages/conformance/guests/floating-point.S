// The coprocessor in real mode: square root of 2 as BCD, pi to an integer.
	.include "boot.inc"
	begin_boot
	fninit
	push	$2
	mov	%sp, %bp
	filds	(%bp)
	fsqrt
	push	$10000
	mov	%sp, %bp
	filds	(%bp)
	fmulp
	fistpl	value
	print32	value
	fldpi
	filds	(%bp)
	fmulp
	fistpl	value
	print32	value
	fnstcw	value
	print16	value
	stop
	.balign	4
value:	.long	0
	end_boot
