// Vector 0 in real mode: the saved IP points at the faulting div, the handler steps over it.
// expect: "D!"
// exit: halt
.code16
start:
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %ss
	mov	$0x7000, %sp
	movw	$handler, 0
	movw	%cs, 2
	xor	%cl, %cl
	mov	$5, %ax
	div	%cl
	mov	$'!', %al
	outb	%al, $0xf1
	hlt
handler:
	mov	%sp, %bp
	addw	$2, (%bp)		// div %cl has two bytes
	mov	$'D', %al
	outb	%al, $0xf1
	iret
. = 0xfff0
	ljmp	$0xf000, $start
