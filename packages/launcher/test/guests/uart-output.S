// COM1: divisor, line control, polled output.
// machine: pc
// expect: "serial\n"
// exit: halt
.code16
start:
	mov	$0x3fb, %dx
	mov	$0x80, %al
	out	%al, %dx
	mov	$0x3f8, %dx
	mov	$1, %al
	out	%al, %dx
	inc	%dx
	xor	%al, %al
	out	%al, %dx
	mov	$0x3fb, %dx
	mov	$3, %al
	out	%al, %dx
	mov	$text, %si
1:	mov	%cs:(%si), %al
	inc	%si
	test	%al, %al
	jz	3f
	mov	%al, %ah
	mov	$0x3fd, %dx
2:	in	%dx, %al
	test	$0x20, %al
	jz	2b
	mov	%ah, %al
	mov	$0x3f8, %dx
	out	%al, %dx
	jmp	1b
3:	hlt
text:	.asciz	"serial\n"
. = 0xfff0
	ljmp	$0xf000, $start
