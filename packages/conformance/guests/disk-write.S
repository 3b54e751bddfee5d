// Writes a sector and reads it back elsewhere.
	.include "boot.inc"
	begin_boot
	mov	$0x8000, %di
	mov	$256, %cx
	mov	$0x2a2b, %ax
	rep stosw
	mov	$0x0301, %ax
	mov	$0x0004, %cx
	mov	$0x0080, %dx
	mov	$0x8000, %bx
	int	$0x13
	print_carry
	print16	%ax
	mov	$0x0201, %ax
	mov	$0x0004, %cx
	mov	$0x0080, %dx
	mov	$0x9000, %bx
	int	$0x13
	print_carry
	print16	0x9000
	print16	0x91fe
	stop
	end_boot
	.org	65536
