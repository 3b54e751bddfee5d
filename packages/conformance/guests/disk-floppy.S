// Geometry of a floppy disk: function 08h, and no extensions.
//! floppy
	.include "boot.inc"
	begin_boot
	mov	$0x0800, %ax
	xor	%dx, %dx
	int	$0x13
	print_carry
	print16	%ax
	print8	%bl
	print16	%cx
	print16	%dx
	print8	%es:4(%di)
	push	$0
	pop	%es
	mov	$0x1500, %ax
	xor	%dx, %dx
	int	$0x13
	print_carry
	print8	%ah
	mov	$0x4100, %ax
	mov	$0x55aa, %bx
	xor	%dx, %dx
	int	$0x13
	print_carry
	print16	%ax
	print16	%bx
	mov	$0x0212, %ax			// a whole track of the second head
	mov	$0x0001, %cx
	mov	$0x0100, %dx
	mov	$0x8000, %bx
	int	$0x13
	print_carry
	print16	%ax
	mov	$0x8000, %si
	call	puts
	stop
	end_boot
	.org	18 * 512
	.asciz	"head one"
	.org	1474560
