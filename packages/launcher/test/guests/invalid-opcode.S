// Vector 6 in real mode.
// expect: "U"
// exit: halt
.code16
start:
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %ss
	mov	$0x7000, %sp
	movw	$handler, 6*4
	movw	%cs, 6*4+2
	ud2
	hlt
handler:
	mov	$'U', %al
	outb	%al, $0xf1
	hlt
. = 0xfff0
	ljmp	$0xf000, $start
