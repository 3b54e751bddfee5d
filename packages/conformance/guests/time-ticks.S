// int 1Ah counts 18.2 ticks a second; two of them pass.
	.include "boot.inc"
	begin_boot
	mov	$0, %ah
	int	$0x1a
	mov	%dx, %bx
1:	mov	$0, %ah
	int	$0x1a
	sub	%bx, %dx
	cmp	$2, %dx
	jb	1b
	print	"two ticks "
	mov	0x46c, %ax
2:	cmp	0x46c, %ax
	je	2b
	print	"and one of the data area "
	mov	$1, %ah
	xor	%cx, %cx
	mov	$1, %dx
	int	$0x1a
	mov	$0, %ah
	int	$0x1a
	print16	%cx
	stop
	end_boot
