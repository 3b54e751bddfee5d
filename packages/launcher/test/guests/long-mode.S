// From real mode through protected mode into 64-bit mode: PAE tables, EFER.LME, CR0.PG, a 64-bit code segment.
// not on software: no long mode in v86
// expect: "64"
// exit: halt
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
long:	mov	$0x1234567890abcdef, %rax
	mov	$'6', %al
	out	%al, $0xf1
	mov	$1, %r8
	shl	$40, %r8
	bt	$40, %r8
	jnc	1f
	mov	$'4', %al
	out	%al, $0xf1
1:	hlt
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
