// rep insb from port 0x300, then the bytes go out again.
// expect: "ZZZZ"
// exit: halt
.code16
start:
	xor	%ax, %ax
	mov	%ax, %es
	mov	%ax, %ds
	cld
	mov	$0x500, %di
	mov	$4, %cx
	mov	$0x300, %dx
	rep insb
	mov	$0x500, %si
	mov	$4, %cx
	mov	$0xf1, %dx
	rep outsb
	hlt
. = 0xfff0
	ljmp	$0xf000, $start
