// int 11h and 12h, and the words of the data area that they come from.
	.include "boot.inc"
	begin_boot
	int	$0x12
	print16	%ax
	int	$0x11
	print16	%ax
	print16	0x413
	print16	0x410
	print16	0x400
	print8	0x475
	print16	0x40e
	stop
	end_boot
