// COM1 by hand: 115,200 baud, polling of the line status, a loop-back test.
	.include "boot.inc"
	.include "serial.inc"
	.include "outb.inc"
	begin_boot
	outb	0x00, 0x3f9
	outb	0x80, 0x3fb
	outb	0x01, 0x3f8
	outb	0x00, 0x3f9
	outb	0x03, 0x3fb
	outb	0xc7, 0x3fa
	outb	0x1e, 0x3fc
	outb	0xae, 0x3f8
	mov	$0x3f8, %dx
	in	%dx, %al
	print8	%al
	outb	0x0f, 0x3fc
	send	text, %si
	mov	$0x3fa, %dx
	in	%dx, %al
	print8	%al
	mov	$0x3fb, %dx
	in	%dx, %al
	print8	%al
	mov	$0x3fc, %dx
	in	%dx, %al
	print8	%al
	mov	$0x3fd, %dx
	in	%dx, %al
	print8	%al
	mov	$0x3fe, %dx
	in	%dx, %al
	print8	%al
	stop
text:	.asciz	"Hello, serial port\r\n"
	end_boot
