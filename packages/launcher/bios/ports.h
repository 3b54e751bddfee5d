// int 11h, 12h, 14h and 17h: what is installed, COM1, and the printer port. Follows the IBM PC/AT technical reference.

int11:
	push	%ds
	push	$BDA
	pop	%ds
	mov	EQUIPMENT, %ax
	pop	%ds
	iret

int12:
	push	%ds
	push	$BDA
	pop	%ds
	mov	MEMORY_KB, %ax
	pop	%ds
	iret

// 14h: 0 set up, 1 send, 2 receive, 3 status; %dx chooses the port.
int14:
	enter_bios
	cmp	$3, %dx
	ja	4f
	mov	%dx, %si
	shl	$1, %si
	mov	SERIAL_PORTS(%si), %dx
	test	%dx, %dx
	jz	4f
	mov	%dx, %si
	add	$5, %dx				// line status
	cmp	$1, %ah
	jb	0f
	je	1f
	cmp	$2, %ah
	je	2f
	cmp	$3, %ah
	jne	4f
	jmp	3f
	// Speed in bits 7 to 5, form in bits 4 to 0.
0:	mov	%al, %cl
	lea	3(%si), %dx
	mov	$0x80, %al
	out	%al, %dx
	movzbw	%cl, %bx
	shr	$5, %bx
	shl	$1, %bx
	mov	%cs:divisors(%bx), %ax
	lea	(%si), %dx
	out	%al, %dx
	inc	%dx
	mov	%ah, %al
	out	%al, %dx
	lea	3(%si), %dx
	mov	%cl, %al
	and	$0x1f, %al
	out	%al, %dx
	lea	5(%si), %dx
	jmp	3f
1:	mov	%al, %cl
	mov	%si, %dx
	out	%al, %dx
	lea	5(%si), %dx
	in	%dx, %al
	mov	%al, R_AH(%bp)
	andw	$~1, R_FLAGS(%bp)
	leave_bios
2:	in	%dx, %al
	test	$1, %al
	jz	2b
	mov	%si, %dx
	in	%dx, %al
	mov	%al, R_AL(%bp)
	movb	$0, R_AH(%bp)
	andw	$~1, R_FLAGS(%bp)
	leave_bios
3:	in	%dx, %al
	mov	%al, R_AH(%bp)
	inc	%dx
	in	%dx, %al
	mov	%al, R_AL(%bp)
	andw	$~1, R_FLAGS(%bp)
4:	leave_bios
	.balign	2
divisors:
	.word	1047, 768, 384, 192, 96, 48, 24, 12

// 17h: 0 print, 1 set up, 2 status.
int17:
	enter_bios
	cmp	$3, %dx
	jae	2f
	mov	%dx, %si
	shl	$1, %si
	mov	PRINTER_PORTS(%si), %dx
	test	%dx, %dx
	jz	2f
	cmp	$2, %ah
	ja	2f
	cmp	$0, %ah
	jne	1f
	out	%al, %dx
	add	$2, %dx
	mov	$0x0d, %al			// strobe
	out	%al, %dx
	mov	$0x0c, %al
	out	%al, %dx
	sub	$2, %dx
1:	inc	%dx
	in	%dx, %al
	xor	$0x48, %al			// acknowledge and error are told the other way round
	and	$0xf8, %al
	mov	%al, R_AH(%bp)
	andw	$~1, R_FLAGS(%bp)
2:	leave_bios
