// With A20 on, 0000:0500 and FFFF:0510 are different bytes.
// machine: pc
// expect: "on"
// exit: halt
.code16
start:
	in	$0x92, %al
	or	$2, %al
	and	$0xfe, %al
	out	%al, $0x92
	xor	%ax, %ax
	mov	%ax, %ds
	dec	%ax
	mov	%ax, %es
	movb	$0x11, 0x500
	movb	$0x22, %es:0x510
	cmpb	$0x11, 0x500
	jne	bad
	mov	$'o', %al
	out	%al, $0xf1
	mov	$'n', %al
	out	%al, $0xf1
	hlt
bad:	mov	$'!', %al
	out	%al, $0xf1
	hlt
. = 0xfff0
	ljmp	$0xf000, $start
