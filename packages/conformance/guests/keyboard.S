// int 16h, function 00h: scan code and character of each key.
//! keys: "aB1 z\n"
	.include "boot.inc"
	begin_boot
	print	"Type: "
	mov	$6, %cx
1:	xor	%ah, %ah
	int	$0x16
	print16	%ax
	loop	1b
	print	"thanks"
	stop
	end_boot
