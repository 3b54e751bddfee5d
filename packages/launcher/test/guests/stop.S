// The handler of port 0x501 ends the run with the value as its code: nothing after it is executed.
// expect: "before"
// exit: stopped 42
.code16
start:
	mov	$text, %si
	mov	$6, %cx
	mov	$0xf1, %dx
	cld
	rep outsb %cs:(%si), %dx
	mov	$42, %al
	mov	$0x501, %dx
	outb	%al, %dx
	mov	$'!', %al
	outb	%al, $0xf1
	hlt
text:	.ascii	"before"
. = 0xfff0
	ljmp	$0xf000, $start
