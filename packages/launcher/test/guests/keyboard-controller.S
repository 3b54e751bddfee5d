// 8042: self test, command byte, A20 by the output port.
// machine: pc
// expect: "ok"
// exit: reset
.code16
start:
	xor	%ax, %ax
	mov	%ax, %ss
	mov	$0x7000, %sp
	mov	$0xaa, %al
	out	%al, $0x64
	call	read
	cmp	$0x55, %al
	jne	bad
	mov	$0x60, %al
	out	%al, $0x64
	mov	$0x44, %al
	out	%al, $0x60
	mov	$0x20, %al
	out	%al, $0x64
	call	read
	cmp	$0x44, %al
	jne	bad
	mov	$0xd0, %al
	out	%al, $0x64
	call	read
	test	$2, %al
	jz	bad
	mov	$'o', %al
	out	%al, $0xf1
	mov	$'k', %al
	out	%al, $0xf1
	mov	$0xfe, %al
	out	%al, $0x64
	hlt
bad:	mov	$'!', %al
	out	%al, $0xf1
	hlt
read:	in	$0x64, %al
	test	$1, %al
	jz	read
	in	$0x60, %al
	ret
. = 0xfff0
	ljmp	$0xf000, $start
