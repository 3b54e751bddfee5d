// An interrupt with an empty table in protected mode: triple fault.
	.include "boot.inc"
	begin_boot
	print	"three faults"
	cli
	lgdt	gdt_register
	lidt	empty
	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	ljmp	$8, $1f
	.code32
1:	ud2
	.code16
empty:	.word	0
	.long	0
	.balign	8
gdt:	.quad	0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdt_register:
	.word	. - gdt - 1
	.long	gdt
	end_boot
