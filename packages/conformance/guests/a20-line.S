// The A20 line: on at the start, off and on again by int 15h, port 92h and the keyboard controller; what FFFF:0510 shows of 0000:0500.
//! not software: v86 has no A20 line
	.include "boot.inc"
	.macro	look
	call	wraps
	.endm
	begin_boot
	push	$0xffff
	pop	%es
	look
	mov	$0x2402, %ax
	int	$0x15
	print_carry
	print16	%ax
	mov	$0x2403, %ax
	int	$0x15
	print16	%bx
	mov	$0x2400, %ax
	int	$0x15
	print_carry
	look
	mov	$0x2401, %ax
	int	$0x15
	look
	in	$0x92, %al
	print8	%al
	and	$~3, %al
	out	%al, $0x92
	look
	or	$2, %al
	out	%al, $0x92
	look
	cli
	mov	$0xd1, %al
	out	%al, $0x64
1:	in	$0x64, %al
	test	$2, %al
	jnz	1b
	mov	$0xdd, %al
	out	%al, $0x60
	look
	mov	$0xd1, %al
	out	%al, $0x64
2:	in	$0x64, %al
	test	$2, %al
	jnz	2b
	mov	$0xdf, %al
	out	%al, $0x60
	look
	stop
// Prints W where memory wraps at 1 MiB, - where not.
wraps:	push	%ax
	movb	$0x11, 0x500
	movb	$0x22, %es:0x510
	cmpb	$0x22, 0x500
	mov	$'W', %al
	je	3f
	mov	$'-', %al
3:	call	putc
	pop	%ax
	ret
	end_boot
