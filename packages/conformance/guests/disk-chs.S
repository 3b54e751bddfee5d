// int 13h, function 02h: the sectors behind the boot sector, from a floppy.
//! floppy
	.include "boot.inc"
	begin_boot
	mov	%dl, drive
	mov	$0x0000, %ax
	int	$0x13
	print_carry
	mov	$0x0203, %ax
	mov	$0x0002, %cx
	xor	%dh, %dh
	mov	drive, %dl
	mov	$0x8000, %bx
	int	$0x13
	print_carry
	print16	%ax
	mov	$0x8000, %si
	call	puts
	mov	$0x8200, %si
	call	puts
	print8	drive
	stop
drive:	.byte	0
	end_boot
	.asciz	"sector two, "
	.org	1024
	.asciz	"sector three "
	.org	2048
	.org	1474560
