// Scan codes from the 8042, polled: "aB" is a, shift, b.
// machine: pc
// keys: "aB"
// expect: "1e9e2a30b0aa"
// exit: halt
.code16
start:
	xor	%ax, %ax
	mov	%ax, %ss
	mov	$0x7000, %sp
	mov	$6, %cx
1:	in	$0x64, %al
	test	$1, %al
	jz	1b
	in	$0x60, %al
	call	hex
	loop	1b
	hlt
hex:	push	%ax
	shr	$4, %al
	call	digit
	pop	%ax
	and	$15, %al
digit:	add	$'0', %al
	cmp	$'9', %al
	jbe	2f
	add	$'a' - '9' - 1, %al
2:	out	%al, $0xf1
	ret
. = 0xfff0
	ljmp	$0xf000, $start
