// Clears by scrolling, as programs do that keep the mode, with a background colour.
	.include "boot.inc"
	begin_boot
	mov	$0x0600, %ax
	mov	$0x1f, %bh
	xor	%cx, %cx
	mov	$0x184f, %dx
	int	$0x10
	mov	$0x0200, %ax
	xor	%bx, %bx
	xor	%dx, %dx
	int	$0x10
	print	"White on blue\r\nsecond"
	stop
	end_boot
