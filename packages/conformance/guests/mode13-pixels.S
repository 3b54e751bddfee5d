// Mode 13h, 320 x 200 in 256 colours: function 0Ch draws, 0Dh and memory at A0000h give the pixel back.
	.include "boot.inc"
	begin_boot
	mov	$0x13, %ax
	int	$0x10
	mov	$100, %cx
	mov	$50, %dx
1:	mov	$0x0c00, %ax
	mov	%cl, %al
	xor	%bx, %bx
	int	$0x10
	inc	%cx
	inc	%dx
	cmp	$150, %cx
	jb	1b
	mov	$0x0d00, %ax
	mov	$120, %cx
	mov	$70, %dx
	int	$0x10
	push	%ax
	push	$0xa000
	pop	%es
	mov	%es:70*320+120, %bl
	movb	$0x5a, %es:319
	mov	%es:319, %bh
	mov	%es:70*320+121, %cl
	push	%bx
	push	%cx
	mov	$0x0f00, %ax
	int	$0x10
	push	%ax
	mov	$3, %ax
	int	$0x10
	pop	%ax
	print16	%ax
	pop	%cx
	pop	%bx
	pop	%dx
	print8	%cl
	print16	%bx
	print8	%dl
	stop
	end_boot
