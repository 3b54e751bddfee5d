// Geometry and types of a hard disk: functions 08h, 15h and 48h.
	.include "boot.inc"
	begin_boot
	mov	$0x0800, %ax
	mov	$0x80, %dl
	int	$0x13
	print_carry
	print16	%ax
	print16	%cx
	print16	%dx
	push	$0
	pop	%es
	mov	$0x1500, %ax
	mov	$0x80, %dl
	xor	%cx, %cx
	int	$0x13
	print_carry
	print16	%ax
	print16	%cx
	print16	%dx
	call	newline
	movw	$26, 0x8000
	mov	$0x8000, %si
	mov	$0x4800, %ax
	mov	$0x80, %dl
	int	$0x13
	print_carry
	print8	%ah
	mov	$13, %cx
1:	lodsw
	print16	%ax
	loop	1b
	stop
	end_boot
	.org	2097152
