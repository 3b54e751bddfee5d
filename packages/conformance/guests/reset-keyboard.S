// The oldest way to reset: FEh to the keyboard controller.
	.include "boot.inc"
	begin_boot
	print	"reset"
	cli
1:	in	$0x64, %al
	test	$2, %al
	jnz	1b
	mov	$0xfe, %al
	out	%al, $0x64
	stop
	end_boot
