// The 8042 by hand: self-test, keyboard test, command byte, echo of the keyboard, LEDs, identity.
	.include "boot.inc"
	begin_boot
	cli
	mov	$0xad, %al
	call	command
1:	in	$0x64, %al
	test	$1, %al
	jz	2f
	in	$0x60, %al
	jmp	1b
2:	mov	$0xaa, %al
	call	command
	call	answer
	mov	$0xab, %al
	call	command
	call	answer
	mov	$0xae, %al
	call	command
	mov	$0x60, %al
	call	command
	mov	$0x44, %al
	call	data
	mov	$0x20, %al
	call	command
	call	answer
	mov	$0xee, %al
	call	data
	call	answer
	mov	$0xed, %al
	call	data
	call	answer
	mov	$0x02, %al
	call	data
	call	answer
	mov	$0xf4, %al
	call	data
	call	answer
	mov	$0xd0, %al
	call	command
	call	answer
	stop
command:
	push	%ax
3:	in	$0x64, %al
	test	$2, %al
	jnz	3b
	pop	%ax
	out	%al, $0x64
	ret
data:	push	%ax
4:	in	$0x64, %al
	test	$2, %al
	jnz	4b
	pop	%ax
	out	%al, $0x60
	ret
answer:	push	%cx
	mov	$0xffff, %cx
5:	in	$0x64, %al
	test	$1, %al
	loopz	5b
	in	$0x60, %al
	print8	%al
	pop	%cx
	ret
	end_boot
