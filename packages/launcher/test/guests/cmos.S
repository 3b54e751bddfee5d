// CMOS: 15 MiB above the first, a valid battery.
// machine: pc
// expect: "ok"
// exit: halt
.code16
start:
	mov	$0x31, %al
	out	%al, $0x70
	in	$0x71, %al
	mov	%al, %ah
	mov	$0x30, %al
	out	%al, $0x70
	in	$0x71, %al
	cmp	$15 * 1024, %ax
	jne	bad
	mov	$0x0d, %al
	out	%al, $0x70
	in	$0x71, %al
	test	$0x80, %al
	jz	bad
	mov	$'o', %al
	out	%al, $0xf1
	mov	$'k', %al
	out	%al, $0xf1
	hlt
bad:	mov	$'!', %al
	out	%al, $0xf1
	hlt
. = 0xfff0
	ljmp	$0xf000, $start
