// String instructions: direction, repeat while equal, 32-bit counts.
// expect: "dcba 3 OK"
// exit: halt
.code16
start:
	xor	%ax, %ax
	mov	%ax, %es
	mov	%ax, %ss
	mov	$0x7000, %sp
	mov	%cs, %ax
	mov	%ax, %ds
	std
	mov	$abcd + 3, %si
	mov	$4, %cx
1:	lodsb
	out	%al, $0xf1
	loop	1b
	cld
	mov	$' ', %al
	out	%al, $0xf1
	mov	%cs, %ax
	mov	%ax, %es
	mov	$abcd, %si
	mov	$abcx, %di
	mov	$4, %cx
	repe cmpsb
	mov	$3, %al
	sub	%cl, %al
	add	$'0', %al
	out	%al, $0xf1
	mov	$' ', %al
	out	%al, $0xf1
	xor	%ax, %ax
	mov	%ax, %es
	mov	$0x4b4f, %ax
	mov	$0x600, %di
	mov	$100, %cx
	rep stosw
	mov	%es:0x6c6, %ax
	out	%al, $0xf1
	mov	%ah, %al
	out	%al, $0xf1
	hlt
abcd:	.ascii	"abcd"
abcx:	.ascii	"abcx"
. = 0xfff0
	ljmp	$0xf000, $start
