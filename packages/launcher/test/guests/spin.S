// Prints, then computes for ever: the output must appear and the run must end by its time.
// expect: "x"
// exit: timeout
.code16
start:
	mov	$'x', %al
	outb	%al, $0xf1
1:	jmp	1b
. = 0xfff0
	ljmp	$0xf000, $start
