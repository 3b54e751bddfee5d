// expect: "Hello\n"
// exit: halt
.code16
start:
	mov	$'H', %al
	outb	%al, $0xf1
	mov	$'e', %al
	outb	%al, $0xf1
	mov	$'l', %al
	outb	%al, $0xf1
	outb	%al, $0xf1
	mov	$'o', %al
	outb	%al, $0xf1
	mov	$'\n', %al
	outb	%al, $0xf1
	hlt
. = 0xfff0
	ljmp	$0xf000, $start
