// The 8259s by hand: masks, requests and in-service bits as they are read.
	.include "boot.inc"
	begin_boot
	cli
	in	$0x21, %al
	print8	%al
	mov	$0xff, %al
	out	%al, $0x21
	in	$0x21, %al
	print8	%al
	mov	$0x0b, %al
	out	%al, $0x20
	in	$0x20, %al
	print8	%al
	mov	$0x0a, %al
	out	%al, $0x20
	mov	0x46c, %bx
1:	in	$0x20, %al
	test	$1, %al
	jz	1b
	and	$1, %al
	print8	%al
	in	$0xa1, %al
	print8	%al
	stop
	end_boot
