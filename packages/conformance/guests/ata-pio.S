// The disk without the BIOS: identify, then sector 1 by LBA through ports 1F0h to 1F7h.
	.include "boot.inc"
	.include "outb.inc"
	begin_boot
	cli
	outb	0x02, 0x3f6
	outb	0xa0, 0x1f6
	outb	0xec, 0x1f7
	call	wait
	print8	%al
	mov	$0x1f0, %dx
	mov	$0x8000, %di
	mov	$256, %cx
	rep insw
	print16	0x8000
	print16	0x8002
	print16	0x8006
	print16	0x800c
	print32	0x8078
	outb	1, 0x1f2
	outb	1, 0x1f3
	outb	0, 0x1f4
	outb	0, 0x1f5
	outb	0xe0, 0x1f6
	outb	0x20, 0x1f7
	call	wait
	print8	%al
	mov	$0x1f0, %dx
	mov	$0x9000, %di
	mov	$128, %cx
	rep insl
	mov	$0x9000, %si
	call	puts
	mov	$0x1f7, %dx
	in	%dx, %al
	print8	%al
	outb	0xb0, 0x1f6
	mov	$0x1f7, %dx
	in	%dx, %al
	print8	%al
	stop
wait:	mov	$0x1f7, %dx
1:	in	%dx, %al
	test	$0x80, %al
	jnz	1b
	test	$0x09, %al
	jz	1b
	ret
	end_boot
	.asciz	"from the disk "
	.org	2097152
