// A line editor: echo, backspace, return ends.
//! keys: "helo\blo you\n"
	.include "boot.inc"
	begin_boot
	print	"name? "
	mov	$0x8000, %di
1:	xor	%ah, %ah
	int	$0x16
	cmp	$13, %al
	je	3f
	cmp	$8, %al
	jne	2f
	cmp	$0x8000, %di
	je	1b
	dec	%di
	print	"\b \b"
	jmp	1b
2:	stosb
	call	putc
	jmp	1b
3:	xor	%al, %al
	stosb
	print	"\r\nhi "
	mov	$0x8000, %si
	call	puts
	stop
	end_boot
