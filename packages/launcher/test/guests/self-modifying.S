// Overwrites the operand of an instruction that was executed before.
// expect: "ABCDE"
// exit: halt
.code16
start:
	mov	%cs, %ax
	mov	%ax, %ds
	mov	$5, %cx
1:
patch:	mov	$'A', %al
	outb	%al, $0xf1
	incb	patch + 1
	loop	1b
	hlt
. = 0xfff0
	ljmp	$0xf000, $start
