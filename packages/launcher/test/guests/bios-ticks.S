// int 1Ah: the tick counter goes on; int 1Ch is called.
// format: boot
// machine: pc
// expect: "cc2"
// exit: halt
.code16
start:
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %ss
	mov	$0x7c00, %sp
	cli
	movw	$called, 0x1c*4
	movw	%cs, 0x1c*4+2
	sti
	mov	$0, %ah
	int	$0x1a
	mov	%dx, %bx
1:	hlt
	mov	$0, %ah
	int	$0x1a
	sub	%bx, %dx
	cmp	$2, %dx
	jb	1b
	mov	%dx, %ax
	add	$'0', %al
	out	%al, $0xf1
	cli
	hlt
called:	push	%ax
	mov	$'c', %al
	out	%al, $0xf1
	pop	%ax
	iret
. = 510
	.word	0xaa55
