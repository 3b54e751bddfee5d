// The older questions for memory: 88h, E801h, and the CMOS.
	.include "boot.inc"
	.macro	cmos	index
	mov	$\index, %al
	out	%al, $0x70
	in	$0x71, %al
	print8	%al
	.endm
	begin_boot
	mov	$0x8800, %ax
	clc
	int	$0x15
	print_carry
	print16	%ax
	mov	$0xe801, %ax
	xor	%cx, %cx
	xor	%dx, %dx
	clc
	int	$0x15
	jc	1f
	print16	%ax
	print16	%bx
	print16	%cx
	print16	%dx
1:	call	newline
	cmos	0x15
	cmos	0x16
	cmos	0x17
	cmos	0x18
	cmos	0x30
	cmos	0x31
	cmos	0x34
	cmos	0x35
	stop
	end_boot
