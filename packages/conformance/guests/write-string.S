// Function 13h in its four forms.
	.include "boot.inc"
	begin_boot
	mov	$3, %ax
	int	$0x10
	mov	$0x1300, %ax
	mov	$0x001f, %bx
	mov	$plain_end - plain, %cx
	mov	$0x0205, %dx
	mov	$plain, %bp
	int	$0x10
	print	"here"
	mov	$0x1301, %ax
	mov	$0x002e, %bx
	mov	$plain_end - plain, %cx
	mov	$0x0405, %dx
	mov	$plain, %bp
	int	$0x10
	print	"after"
	mov	$0x1302, %ax
	xor	%bx, %bx
	mov	$5, %cx
	mov	$0x0a05, %dx
	mov	$mixed, %bp
	int	$0x10
	mov	$0x1303, %ax
	xor	%bx, %bx
	mov	$5, %cx
	mov	$0x0c4d, %dx
	mov	$mixed, %bp
	int	$0x10
	print	"!"
	stop
plain:	.ascii	"A string\r\nwith two lines"
plain_end:
mixed:	.byte	'r', 4, 'g', 2, 'b', 1, 'y', 14, 'w', 15
	end_boot
