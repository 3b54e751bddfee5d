// The cursor as the CRT controller holds it, and the start address, which moves the picture.
	.include "boot.inc"
	begin_boot
	mov	$3, %ax
	int	$0x10
	print	"twelve chars"
	mov	$0x3d4, %dx
	mov	$0x0f, %al
	out	%al, %dx
	inc	%dx
	in	%dx, %al
	mov	%al, %bl
	dec	%dx
	mov	$0x0e, %al
	out	%al, %dx
	inc	%dx
	in	%dx, %al
	mov	%al, %bh
	call	newline
	print16	%bx
	mov	$0x3d4, %dx
	mov	$0x0a0f, %ax
	out	%al, %dx
	inc	%dx
	mov	%ah, %al
	out	%al, %dx
	in	%dx, %al
	print8	%al
	mov	$0x3cc, %dx
	in	%dx, %al
	print8	%al
	mov	$0x3da, %dx
	mov	$0xffff, %cx
1:	in	%dx, %al
	test	$8, %al
	loopz	1b
	mov	%ax, %bx
	and	$8, %bx
	print8	%bl
	stop
	end_boot
