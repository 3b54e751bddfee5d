// Port E9h, and the end by isa-debug-exit with 2 * 5 + 1.
// machine: pc
// expect: "e9"
// exit: stopped 11
.code16
start:
	in	$0xe9, %al
	cmp	$0xe9, %al
	jne	1f
	mov	$'e', %al
	out	%al, $0xe9
	mov	$'9', %al
	out	%al, $0xe9
1:	mov	$5, %al
	out	%al, $0xf4
	hlt
. = 0xfff0
	ljmp	$0xf000, $start
