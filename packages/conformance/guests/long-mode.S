// Real mode to 64-bit mode: four levels of pages with 2 MiB at the last, text into video memory with 64-bit registers.
//! flags: -m64 -nostdlib -static -fno-pic -no-pie
//! not software: v86 has no long mode
	.include "boot.inc"
	begin_boot
	cli
	mov	$3, %ax
	int	$0x10
	mov	$0x1000, %edi
	mov	%edi, %cr3
	xor	%eax, %eax
	mov	$0xc00, %ecx
	rep stosl
	movl	$0x2003, 0x1000
	movl	$0x3003, 0x2000
	movl	$0x83, 0x3000
	mov	%cr4, %eax
	or	$0x20, %eax
	mov	%eax, %cr4
	mov	$0xc0000080, %ecx
	rdmsr
	or	$0x100, %eax
	wrmsr
	lgdt	gdt_register
	mov	%cr0, %eax
	or	$0x80000001, %eax
	mov	%eax, %cr0
	ljmp	$8, $1f
	.code64
1:	mov	$0x10, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss
	mov	$0x7c00, %rsp
	mov	$0xb8000, %edi
	lea	text(%rip), %rsi
	mov	$0x1f, %ah
2:	lodsb
	test	%al, %al
	jz	3f
	stosw
	jmp	2b
3:	mov	$0x123456789abcdef0, %rdx
	mov	$16, %ecx
4:	rol	$4, %rdx
	mov	%dl, %al
	and	$15, %al
	add	$'0', %al
	cmp	$'9', %al
	jbe	5f
	add	$7, %al
5:	mov	$0x0e, %ah
	stosw
	loop	4b
	mov	$0xb8000 + 160, %r15
	movq	$0x1f4b1f4f, (%r15)
	hlt
	.balign	8
gdt:	.quad	0, 0x00209b0000000000, 0x0000930000000000
gdt_register:
	.word	. - gdt - 1
	.long	gdt
text:	.asciz	"Long mode "
	.org	510
	.word	0xaa55
