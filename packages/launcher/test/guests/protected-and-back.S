// Back from protected mode to real mode, where the IVT works again.
// expect: "pr"
// exit: halt
.code16
start:
	cli
	lgdtl	%cs:gdtr16
	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	ljmp	$0x18, $protected
protected:
	mov	$0x20, %bx
	mov	%bx, %ds
	mov	%bx, %ss
	mov	$'p', %al
	out	%al, $0xf1
	mov	%cr0, %eax
	and	$0xfe, %al
	mov	%eax, %cr0
	ljmp	$0xf000, $real
real:	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %ss
	mov	$0x7000, %sp
	movw	$handler, 0x22*4
	movw	%cs, 0x22*4+2
	int	$0x22
	hlt
handler:
	mov	$'r', %al
	out	%al, $0xf1
	iret
	.balign	8
gdt16:	.quad	0, 0, 0
	.quad	0x00009b0f0000ffff	// code at F0000h
	.quad	0x000093000000ffff
gdtr16:	.word	. - gdt16 - 1
	.long	0xf0000 + gdt16
. = 0xfff0
	ljmp	$0xf000, $start
