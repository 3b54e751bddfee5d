// Segments in real mode: the same byte through different segments, and the stack in its own.
// expect: "same\n"
// exit: halt
.code16
start:
	mov	$0x1000, %ax
	mov	%ax, %ds
	mov	$0x1001, %ax
	mov	%ax, %es
	movb	$'s', 0x20
	mov	%es:0x10, %al
	out	%al, $0xf1
	mov	$0x0fff, %ax
	mov	%ax, %fs
	movb	$'a', %fs:0x40
	mov	0x30, %al
	out	%al, $0xf1
	mov	$0x2000, %ax
	mov	%ax, %ss
	xor	%sp, %sp
	pushw	$'m'			// wraps to 2000:fffe
	mov	$0x2fff, %ax
	mov	%ax, %gs
	mov	%gs:0x0e, %al
	out	%al, $0xf1
	mov	$0xffff, %bx
	movb	$'e', (%bx)
	mov	$0x1fff, %ax
	mov	%ax, %es
	mov	%es:0x0f, %al
	out	%al, $0xf1
	mov	$'\n', %al
	out	%al, $0xf1
	hlt
. = 0xfff0
	ljmp	$0xf000, $start
