// rep outsb: the article's third kernel.
// expect: "Hello, World!\n"
// exit: halt
.code16
start:
	mov	$0xf1, %dx
	mov	$greeting, %si
	mov	$14, %cx
	cld
	rep outsb %cs:(%si), %dx
	hlt
greeting:
	.asciz	"Hello, World!\n"
. = 0xfff0
	ljmp	$0xf000, $start
