// The same from a hard disk, whose number is 80h, by CHS and by LBA.
	.include "boot.inc"
	begin_boot
	mov	%dl, drive
	mov	$0x0201, %ax
	mov	$0x0002, %cx
	xor	%dh, %dh
	mov	$0x8000, %bx
	int	$0x13
	print_carry
	print16	%ax
	mov	$0x8000, %si
	call	puts
	mov	$0x4100, %ax
	mov	$0x55aa, %bx
	mov	drive, %dl
	int	$0x13
	print_carry
	print16	%bx
	print16	%cx
	mov	$packet, %si
	mov	$0x4200, %ax
	mov	drive, %dl
	int	$0x13
	print_carry
	print8	%ah
	mov	$0x9000, %si
	call	puts
	print8	drive
	stop
	.balign	4
packet:	.byte	16, 0
	.word	1, 0x1000, 0x0800
	.quad	2
drive:	.byte	0
	end_boot
	.asciz	"first, "
	.org	1024
	.asciz	"second, "
	.org	65536
