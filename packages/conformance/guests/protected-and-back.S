// Into 16- and 32-bit protected mode and back to real mode, where the BIOS works again.
	.include "boot.inc"
	begin_boot
	print	"real "
	cli
	lgdt	gdt_register
	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	ljmp	$8, $1f
	.code32
1:	mov	$0x10, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss
	movl	$0x12345678, 0x300000
	ljmp	$0x18, $2f
	.code16
2:	mov	$0x20, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss
	mov	%cr0, %eax
	and	$0xfe, %al
	mov	%eax, %cr0
	ljmp	$0, $3f
3:	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss
	sti
	print	"and real again "
	mov	$0x8700, %ax
	mov	$2, %cx
	mov	$move, %si
	int	$0x15
	print_carry
	print32	result
	stop
	.balign	8
gdt:	.quad	0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00009b000000ffff, 0x000093000000ffff
gdt_register:
	.word	. - gdt - 1
	.long	gdt
	.balign	8
move:	.quad	0, 0
	.word	0xffff, 0x0000, 0x9330, 0
	.word	0xffff, result, 0x9300, 0
	.quad	0, 0
result:	.long	0
	end_boot
