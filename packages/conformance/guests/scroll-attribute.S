// Lines that the teletype scrolls in: which attribute they get on a coloured screen.
	.include "boot.inc"
	begin_boot
	mov	$0x0600, %ax
	mov	$0x2e, %bh
	xor	%cx, %cx
	mov	$0x184f, %dx
	int	$0x10
	mov	$0x0200, %ax
	xor	%bx, %bx
	mov	$0x1700, %dx
	int	$0x10
	print	"one\r\ntwo\r\nthree\r\nfour"
	stop
	end_boot
