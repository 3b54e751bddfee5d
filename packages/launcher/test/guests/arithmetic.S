// Arithmetic and flags: adc chains, imul, shifts through carry, bcd.
// expect: "00010000 ff00 0042 25"
// exit: halt
.code16
start:
	xor	%ax, %ax
	mov	%ax, %ss
	mov	$0x7000, %sp
	mov	$0xffff, %ax
	xor	%bx, %bx
	add	$1, %ax
	adc	$0, %bx
	push	%ax
	mov	%bx, %ax
	call	hex4
	pop	%ax
	call	hex4
	call	space
	mov	$-16, %al
	mov	$16, %bl
	imul	%bl
	call	hex4
	call	space
	mov	$0x21, %ax
	stc
	cmc
	rcl	$1, %ax
	call	hex4
	call	space
	mov	$25, %al
	aam
	or	$0x3030, %ax
	xchg	%al, %ah
	out	%al, $0xf1
	mov	%ah, %al
	out	%al, $0xf1
	hlt
space:	mov	$' ', %al
	out	%al, $0xf1
	ret
hex4:	mov	$4, %cx
1:	rol	$4, %ax
	push	%ax
	and	$15, %al
	add	$'0', %al
	cmp	$'9', %al
	jbe	2f
	add	$'a' - '9' - 1, %al
2:	out	%al, $0xf1
	pop	%ax
	loop	1b
	ret
. = 0xfff0
	ljmp	$0xf000, $start
