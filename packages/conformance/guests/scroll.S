// Functions 06h and 07h: windows that scroll up and down, are cleared, and are cut at the edge.
	.include "boot.inc"
	begin_boot
	mov	$3, %ax
	int	$0x10
	mov	$'A', %al
	xor	%dx, %dx
1:	mov	$0x0200, %bx
	push	%ax
	mov	$0x02, %ah
	xor	%bx, %bx
	int	$0x10
	pop	%ax
	mov	$0x09, %ah
	mov	$0x07, %bl
	mov	$80, %cx
	int	$0x10
	inc	%al
	inc	%dh
	cmp	$25, %dh
	jb	1b
	mov	$0x0603, %ax
	mov	$0x17, %bh
	mov	$0x0205, %cx
	mov	$0x0a14, %dx
	int	$0x10
	mov	$0x0702, %ax
	mov	$0x27, %bh
	mov	$0x0220, %cx
	mov	$0x0a30, %dx
	int	$0x10
	mov	$0x0600, %ax
	mov	$0x47, %bh
	mov	$0x0d05, %cx
	mov	$0x0f20, %dx
	int	$0x10
	mov	$0x0709, %ax			// more lines than the window has
	mov	$0x57, %bh
	mov	$0x0d28, %cx
	mov	$0x0f2f, %dx
	int	$0x10
	mov	$0x0601, %ax			// beyond the screen
	mov	$0x67, %bh
	mov	$0x1746, %cx
	mov	$0x2060, %dx
	int	$0x10
	stop
	end_boot
