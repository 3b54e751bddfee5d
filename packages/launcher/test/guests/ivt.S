// Software interrupts through the interrupt vector table.
// expect: "abc"
// exit: halt
.code16
start:
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %ss
	mov	$0x7000, %sp
	movw	$handler, 0x21*4
	movw	%cs, 0x21*4+2
	mov	$'a', %al
	int	$0x21
	mov	$'b', %al
	int	$0x21
	mov	$'c', %al
	int	$0x21
	hlt
handler:
	outb	%al, $0xf1
	iret
. = 0xfff0
	ljmp	$0xf000, $start
