// A text longer than a row goes on in the next.
	.include "boot.inc"
	begin_boot
	mov	$3, %ax
	int	$0x10
	mov	$205, %cx
	mov	$'a', %al
1:	call	putc
	inc	%al
	cmp	$'z', %al
	jbe	2f
	mov	$'a', %al
2:	loop	1b
	stop
	end_boot
