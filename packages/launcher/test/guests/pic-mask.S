// A masked line waits in the request register; unmasking lets it through.
// machine: pc
// expect: "0 1 T"
// exit: halt
.code16
start:
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %ss
	mov	$0x7000, %sp
	movw	$tick, 0x20*4
	movw	%cs, 0x20*4+2
	mov	$0x13, %al
	out	%al, $0x20
	mov	$0x20, %al
	out	%al, $0x21
	mov	$1, %al
	out	%al, $0x21
	mov	$0xff, %al
	out	%al, $0x21
	sti
	call	request
	mov	$0x30, %al		// one shot, 1000 ticks
	out	%al, $0x43
	mov	$1000 & 0xff, %al
	out	%al, $0x40
	mov	$1000 >> 8, %al
	out	%al, $0x40
1:	mov	$0x0a, %al
	out	%al, $0x20
	in	$0x20, %al
	test	$1, %al
	jz	1b
	call	request
	mov	$0xfe, %al
	out	%al, $0x21
	nop
	nop
	cli
	hlt
request:
	mov	$0x0a, %al
	out	%al, $0x20
	in	$0x20, %al
	and	$1, %al
	add	$'0', %al
	out	%al, $0xf1
	mov	$' ', %al
	out	%al, $0xf1
	ret
tick:
	mov	$'T', %al
	out	%al, $0xf1
	mov	$0x20, %al
	out	%al, $0x20
	iret
. = 0xfff0
	ljmp	$0xf000, $start
