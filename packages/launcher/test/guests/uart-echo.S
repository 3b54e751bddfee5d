// COM1 by interrupt 4: echoes what comes until a q.
// machine: pc
// serial: "echo, please q"
// expect: "echo, please q"
// exit: halt
.code16
start:
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %ss
	mov	$0x7000, %sp
	movw	$receive, 0x24*4
	movw	%cs, 0x24*4+2
	mov	$0x13, %al
	out	%al, $0x20
	mov	$0x20, %al
	out	%al, $0x21
	mov	$1, %al
	out	%al, $0x21
	mov	$0xef, %al
	out	%al, $0x21
	mov	$0x3fc, %dx
	mov	$0x0b, %al
	out	%al, %dx
	mov	$0x3f9, %dx
	mov	$1, %al
	out	%al, %dx
	sti
1:	hlt
	cmp	$'q', %bl
	jne	1b
	cli
	hlt
receive:
	push	%ax
	push	%dx
1:	mov	$0x3fd, %dx
	in	%dx, %al
	test	$1, %al
	jz	2f
	mov	$0x3f8, %dx
	in	%dx, %al
	out	%al, %dx
	mov	%al, %bl
	jmp	1b
2:	mov	$0x20, %al
	out	%al, $0x20
	pop	%dx
	pop	%ax
	iret
. = 0xfff0
	ljmp	$0xf000, $start
