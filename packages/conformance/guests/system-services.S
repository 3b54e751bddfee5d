// int 15h: what is there and what is not, and how its absence is told.
	.include "boot.inc"
	.macro	ask	function
	mov	$\function, %ax
	clc
	int	$0x15
	print_carry
	print8	%ah
	.endm
	begin_boot
	mov	$0xc000, %ax
	int	$0x15
	print_carry
	print8	%ah
	print16	%es:(%bx)
	print16	%es:2(%bx)
	push	$0
	pop	%es
	call	newline
	ask	0x1234
	ask	0x4f1e
	ask	0xda00
	ask	0xe881
	xor	%cx, %cx
	mov	$2000, %dx
	ask	0x8600
	stop
	end_boot
