// Interrupts in 64-bit mode: int $0x30, #UD and a page fault through gates of 16 bytes, back by iretq.
// not on software: no long mode in v86
// expect: "iUP!"
// exit: halt
	.macro	gate vector, handler
	movl	$0x180000 + \handler, 0x4000 + \vector * 16
	movl	$0xf8e00, 0x4004 + \vector * 16
	movq	$0, 0x4008 + \vector * 16
	.endm
.code16
start:
	cli
	lgdtl	%cs:gdtr
	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	ljmpl	$8, $0xf0000 + flat
.code32
flat:
	mov	$16, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	$0x7000, %esp
	mov	$0x1000, %edi
	xor	%eax, %eax
	mov	$0xc00, %ecx
	rep stosl
	movl	$0x2003, 0x1000		// PML4 -> PDPT -> directory: 2 MiB as they are
	movl	$0x3003, 0x2000
	movl	$0x83, 0x3000
	mov	%cr4, %eax
	or	$0x20, %eax
	mov	%eax, %cr4
	mov	$0x1000, %eax
	mov	%eax, %cr3
	mov	$0xc0000080, %ecx
	rdmsr
	or	$0x100, %eax
	wrmsr
	mov	%cr0, %eax
	or	$0x80000000, %eax
	mov	%eax, %cr0
	ljmp	$0x18, $0xf0000 + long
.code64
long:	gate	0x30, soft
	gate	6, invalid
	gate	14, fault
	mov	$0xf0000 + idtr, %ecx
	lidt	(%rcx)
	int	$0x30
	ud2
	mov	$0x40000000, %rbx	// not mapped
	mov	(%rbx), %al
	mov	$'!', %al
	out	%al, $0xf1
	hlt
soft:	mov	$'i', %al
	out	%al, $0xf1
	iretq
invalid:
	mov	$'U', %al
	out	%al, $0xf1
	addq	$2, (%rsp)
	iretq
fault:	mov	%cr2, %rax
	cmp	%rbx, %rax
	jne	1f
	mov	$'P', %al
	out	%al, $0xf1
	add	$8, %rsp
	addq	$2, (%rsp)
	iretq
1:	hlt
idtr:	.word	0xfff
	.quad	0x4000
.balign 8
gdt:	.quad	0
	.quad	0x00cf9b000000ffff
	.quad	0x00cf93000000ffff
	.quad	0x00af9b000000ffff
gdtr:	.word	. - gdt - 1
	.long	0xf0000 + gdt
. = 0xfff0
.code16
	ljmp	$0xf000, $start
