// int 10h: cursor, characters with attributes, scrolling, strings.
// format: boot
// machine: pc
// expect: ""
// screen: "two\nthree\n   ***\n     text\n"
// exit: halt
.code16
start:
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss
	mov	$0x7c00, %sp
	mov	$lines, %si
1:	lodsb
	test	%al, %al
	jz	2f
	mov	$0x0e, %ah
	int	$0x10
	jmp	1b
2:	mov	$0x0601, %ax
	mov	$0x07, %bh
	xor	%cx, %cx
	mov	$24 << 8 | 79, %dx
	int	$0x10
	mov	$0x02, %ah
	mov	$2 << 8 | 3, %dx
	mov	$0, %bh
	int	$0x10
	mov	$0x092a, %ax
	mov	$0x0047, %bx
	mov	$3, %cx
	int	$0x10
	mov	$0x1301, %ax
	mov	$0x000e, %bx
	mov	$4, %cx
	mov	$3 << 8 | 5, %dx
	mov	$text, %bp
	int	$0x10
	mov	$0x03, %ah
	mov	$0, %bh
	int	$0x10
	cmp	$3 << 8 | 9, %dx
	je	3f
	mov	$0x0e21, %ax
	int	$0x10
3:	cli
	hlt
lines:	.asciz	"one\r\ntwo\r\nthree"
text:	.ascii	"text"
. = 510
	.word	0xaa55
