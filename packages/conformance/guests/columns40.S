// Mode 1 has 40 columns; back in mode 3 the answers are printed.
	.include "boot.inc"
	begin_boot
	mov	$1, %ax
	int	$0x10
	mov	$45, %cx
1:	mov	$'x', %al
	call	putc
	loop	1b
	mov	$0x0300, %ax
	xor	%bx, %bx
	int	$0x10
	push	%dx
	mov	$0x0f00, %ax
	int	$0x10
	push	%ax
	push	$0xb800
	pop	%es
	mov	%es:40*2, %bp
	mov	$3, %ax
	int	$0x10
	pop	%ax
	pop	%dx
	print16	%ax
	print16	%dx
	print16	%bp
	stop
	end_boot
