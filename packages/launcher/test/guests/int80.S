// int $0x80 in real mode, as early Linux system calls look.
// expect: "80"
// exit: halt
.code16
start:
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %ss
	mov	$0x7000, %sp
	movw	$handler, 0x80*4
	movw	%cs, 0x80*4+2
	int	$0x80
	mov	$'0', %al
	out	%al, $0xf1
	hlt
handler:
	mov	$'8', %al
	out	%al, $0xf1
	iret
. = 0xfff0
	ljmp	$0xf000, $start
