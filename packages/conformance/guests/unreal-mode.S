// Unreal mode: 4 GiB segments in real mode, a word above 1 MiB.
//! not software: v86 takes limits back on the way to real mode
	.include "boot.inc"
	begin_boot
	mov	$3, %ax
	int	$0x10
	mov	$0x2401, %ax
	int	$0x15
	cli
	push	%ds
	lgdt	gdt_register
	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	jmp	1f
1:	mov	$8, %bx
	mov	%bx, %ds
	and	$0xfe, %al
	mov	%eax, %cr0
	pop	%ds
	sti
	mov	$0x200000, %ebx
	movl	$0xcafebabe, (%ebx)
	print32	(%ebx)
	mov	$0xb8000 + 320, %ebx
	movw	$0x1f55, (%ebx)
	stop
	.balign	8
gdt:	.quad	0, 0x00cf92000000ffff
gdt_register:
	.word	. - gdt - 1
	.long	gdt
	end_boot
