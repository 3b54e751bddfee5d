// An interrupt that comes while IF is clear waits for sti, and one instruction more.
// expect: "1[i]"
// exit: halt
// interrupt: 0x40 x 1
.code16
start:
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %ss
	mov	$0x7000, %sp
	movw	$handler, 0x40*4
	movw	%cs, 0x40*4+2
	inb	$0x99, %al		// the host raises the interrupt here
	mov	$'1', %al
	outb	%al, $0xf1
	mov	$'[', %al
	sti
	outb	%al, $0xf1		// in the shadow of sti
	nop
	cli
	mov	$']', %al
	outb	%al, $0xf1
	hlt
handler:
	push	%ax
	mov	$'i', %al
	outb	%al, $0xf1
	pop	%ax
	iret
. = 0xfff0
	ljmp	$0xf000, $start
