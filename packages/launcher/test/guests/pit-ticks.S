// PIT at 200 Hz through the PIC: ten ticks, each wakes the CPU from hlt.
// machine: pc
// expect: "tttttttttt"
// exit: halt
.code16
start:
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %ss
	mov	$0x7000, %sp
	movw	$tick, 0x20*4
	movw	%cs, 0x20*4+2
	mov	$0x11, %al
	out	%al, $0x20
	mov	$0x20, %al
	out	%al, $0x21
	mov	$4, %al
	out	%al, $0x21
	mov	$1, %al
	out	%al, $0x21
	mov	$0xfe, %al
	out	%al, $0x21
	mov	$0x34, %al
	out	%al, $0x43
	mov	$5966 & 0xff, %al
	out	%al, $0x40
	mov	$5966 >> 8, %al
	out	%al, $0x40
	mov	$10, %cx
	sti
1:	hlt
	test	%cx, %cx
	jnz	1b
	cli
	hlt
tick:
	push	%ax
	mov	$'t', %al
	out	%al, $0xf1
	dec	%cx
	mov	$0x20, %al
	out	%al, $0x20
	pop	%ax
	iret
. = 0xfff0
	ljmp	$0xf000, $start
