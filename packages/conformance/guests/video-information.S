// What else programs ask of the video BIOS: display combination, EGA information, the height of a character, blinking.
	.include "boot.inc"
	begin_boot
	mov	$3, %ax
	int	$0x10
	mov	$0x1a00, %ax
	int	$0x10
	print16	%ax
	print16	%bx
	mov	$0x1200, %ax
	mov	$0x0010, %bx
	mov	$0xffff, %cx
	int	$0x10
	print16	%bx
	mov	$0x1130, %ax
	mov	$0x0600, %bx
	push	%es
	int	$0x10
	pop	%es
	print16	%cx
	print8	%dl
	mov	$0x1003, %ax
	mov	$0, %bl
	int	$0x10
	mov	$0x0b00, %ax
	xor	%bx, %bx
	int	$0x10
	call	newline
	print8	0x449
	print16	0x44a
	print16	0x44c
	print16	0x44e
	print16	0x460
	print8	0x462
	print16	0x463
	print8	0x484
	print16	0x485
	stop
	end_boot
