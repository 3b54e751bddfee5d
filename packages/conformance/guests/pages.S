// Eight pages of text: written while hidden, shown by function 05h, each with a cursor of its own.
	.include "boot.inc"
	begin_boot
	mov	$3, %ax
	int	$0x10
	print	"page nought"
	mov	$0x0200, %ax
	mov	$0x0100, %bx
	mov	$0x0302, %dx
	int	$0x10
	mov	$0x0950, %ax
	mov	$0x011e, %bx
	mov	$4, %cx
	int	$0x10
	mov	$0x0e31, %ax
	mov	$0x0107, %bx
	int	$0x10
	mov	$0x0300, %ax
	mov	$0x0100, %bx
	int	$0x10
	print16	%dx
	mov	$0x0501, %ax
	int	$0x10
	mov	$0x0f00, %ax
	int	$0x10
	mov	%bx, %cx
	mov	$0x0500, %ax
	int	$0x10
	print16	%cx
	mov	$0xb900, %ax
	mov	%ax, %es
	print16	%es:(3*160+4)
	print16	%es:(3*160+6)
	stop
	end_boot
