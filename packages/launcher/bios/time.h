// Timer interrupt 08h and int 1Ah: ticks since midnight, the clock chip's time and date. Follows the IBM PC/AT technical reference.

// 08h: timer tick, 1,573,040 a day.
int08:
	push	%ax
	push	%dx
	push	%ds
	push	$BDA
	pop	%ds
	incl	TICKS
	cmpl	$1573040, TICKS
	jb	1f
	movl	$0, TICKS
	movb	$1, TICK_OVERFLOW
1:	int	$0x1c
	mov	$0x20, %al
	out	%al, $0x20
	pop	%ds
	pop	%dx
	pop	%ax
	iret

int1a:
	enter_bios
	cmp	$0, %ah
	je	1f
	cmp	$1, %ah
	je	2f
	cmp	$2, %ah
	je	3f
	cmp	$4, %ah
	je	4f
	cmp	$0xb1, %ah
	je	pci_service
	orw	$1, R_FLAGS(%bp)
	leave_bios
1:	cli
	mov	TICKS, %ax
	mov	%ax, R_DX(%bp)
	mov	TICKS + 2, %ax
	mov	%ax, R_CX(%bp)
	mov	TICK_OVERFLOW, %al
	mov	%al, R_AL(%bp)
	movb	$0, TICK_OVERFLOW
	jmp	5f
2:	cli
	movb	$0, R_AH(%bp)
	mov	%dx, TICKS
	mov	%cx, TICKS + 2
	movb	$0, TICK_OVERFLOW
	jmp	5f
3:	mov	$4, %al
	call	clock
	mov	%al, R_CH(%bp)
	mov	$2, %al
	call	clock
	mov	%al, R_CL(%bp)
	mov	$0, %al
	call	clock
	mov	%al, R_DH(%bp)
	movb	$0, R_DL(%bp)
	jmp	5f
4:	mov	$0x32, %al
	call	clock
	mov	%al, R_CH(%bp)
	mov	$9, %al
	call	clock
	mov	%al, R_CL(%bp)
	mov	$8, %al
	call	clock
	mov	%al, R_DH(%bp)
	mov	$7, %al
	call	clock
	mov	%al, R_DL(%bp)
5:	andw	$~1, R_FLAGS(%bp)
	leave_bios
clock:
	out	%al, $0x70
	in	$0x71, %al
	ret

