// Sends back in capitals what comes in, until a full stop.
//! serial: "kernel box."
	.include "boot.inc"
	begin_boot
	mov	$0x3fd, %dx
1:	in	%dx, %al
	test	$1, %al
	jz	1b
	mov	$0x3f8, %dx
	in	%dx, %al
	cmp	$'a', %al
	jb	2f
	sub	$32, %al
2:	out	%al, %dx
	call	putc
	mov	$0x3fd, %dx
	cmp	$'.', %al
	jne	1b
	stop
	end_boot
