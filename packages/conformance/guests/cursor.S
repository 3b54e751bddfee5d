// Function 02h puts the cursor anywhere, 03h says where it is and how it looks, 01h changes its form.
	.include "boot.inc"
	.macro	at	row, column
	mov	$0x0200, %ax
	xor	%bx, %bx
	mov	$\row << 8 | \column, %dx
	int	$0x10
	.endm
	begin_boot
	mov	$3, %ax
	int	$0x10
	at	0, 79
	print	"*"
	at	24, 0
	print	"bottom"
	at	12, 36
	print	"middle"
	mov	$0x0300, %ax
	xor	%bx, %bx
	int	$0x10
	at	5, 5
	print16	%ax
	mov	$0x0300, %ax
	xor	%bx, %bx
	int	$0x10
	print16	%cx
	print16	%dx
	mov	$0x0100, %ax
	mov	$0x2000, %cx
	int	$0x10
	mov	$0x0300, %ax
	xor	%bx, %bx
	int	$0x10
	print16	%cx
	stop
	end_boot
