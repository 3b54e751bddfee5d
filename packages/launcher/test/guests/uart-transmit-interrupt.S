// COM1 sends by its transmitter-empty interrupt.
// machine: pc
// expect: "by interrupt"
// exit: halt
.code16
start:
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %ss
	mov	$0x7000, %sp
	movw	$empty, 0x24*4
	movw	%cs, 0x24*4+2
	mov	$0x13, %al
	out	%al, $0x20
	mov	$0x20, %al
	out	%al, $0x21
	mov	$1, %al
	out	%al, $0x21
	mov	$0xef, %al
	out	%al, $0x21
	mov	$text, %si
	mov	$0x3fc, %dx
	mov	$0x0b, %al
	out	%al, %dx
	mov	$0x3f9, %dx
	mov	$2, %al
	out	%al, %dx
	sti
1:	hlt
	cmp	$text_end, %si
	jb	1b
	cli
	hlt
empty:
	push	%ax
	push	%dx
	mov	$0x3fa, %dx
	in	%dx, %al
	mov	$0x3f8, %dx
	cmp	$text_end, %si
	jae	2f
	mov	%cs:(%si), %al
	inc	%si
	out	%al, %dx
2:	mov	$0x20, %al
	out	%al, $0x20
	pop	%dx
	pop	%ax
	iret
text:	.ascii	"by interrupt"
text_end:
. = 0xfff0
	ljmp	$0xf000, $start
