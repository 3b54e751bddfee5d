// int 14h: set up, send, status.
	.include "boot.inc"
	begin_boot
	mov	$0x00e3, %ax
	xor	%dx, %dx
	int	$0x14
	print16	%ax
	mov	$text, %si
1:	lodsb
	test	%al, %al
	jz	2f
	mov	$1, %ah
	xor	%dx, %dx
	int	$0x14
	jmp	1b
2:	print16	%ax
	mov	$0x0300, %ax
	xor	%dx, %dx
	int	$0x14
	print16	%ax
	mov	$0x0300, %ax
	mov	$3, %dx
	int	$0x14
	print16	%ax
	mov	$0x0200, %ax
	xor	%dx, %dx
	int	$0x17
	and	$0xf8, %ah
	print8	%ah
	stop
text:	.asciz	"By the BIOS\r\n"
	end_boot
