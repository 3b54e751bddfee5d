// GDT, protected mode, a 32-bit code segment.
// expect: "32"
// exit: halt
.code16
start:
	lgdtl	%cs:gdtr
	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	ljmpl	$8, $0xf0000 + flat
.code32
flat:
	mov	$16, %eax
	mov	%eax, %ds
	mov	%eax, %ss
	mov	$0x7000, %esp
	movl	$'3', 0x200000
	call	print
	movl	$'2', 0x200000
	call	print
	hlt
print:
	mov	0x200000, %eax
	outb	%al, $0xf1
	ret
.balign 8
gdt:	.quad	0
	.quad	0x00cf9b000000ffff
	.quad	0x00cf93000000ffff
gdtr:	.word	. - gdt - 1
	.long	0xf0000 + gdt
. = 0xfff0
.code16
	ljmp	$0xf000, $start
