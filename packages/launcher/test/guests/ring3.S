// Ring 3: by iret into it, back through a gate of level 3 with the stack from the TSS.
// expect: "user kernel"
// exit: halt
tss = 0x2000
	.macro	gate vector, handler, kind
	movl	$0x80000 + \handler, 0x1000 + \vector * 8
	movl	$0xf0000 | \kind, 0x1004 + \vector * 8
	.endm
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
	mov	%eax, %es
	mov	%eax, %ss
	mov	$0x7000, %esp
	mov	$0x1000, %edi
	xor	%eax, %eax
	mov	$0x500, %ecx
	rep stosl			// IDT and TSS
	gate	0x30, system, 0xee00
	lidt	%cs:0xf0000 + idtr
	movl	$0x6000, tss + 4	// esp0
	movl	$16, tss + 8		// ss0
	movw	$0x68, tss + 0x66
	mov	$0x28, %ax
	ltr	%ax
	push	$0x23			// ss
	push	$0x5000			// esp
	push	$0x3002			// eflags with IOPL 3, so that ring 3 may use ports
	push	$0x1b
	push	$0xf0000 + user
	mov	$0x23, %eax
	mov	%eax, %ds
	iretl
user:	mov	%cs, %eax
	and	$3, %al
	cmp	$3, %al
	jne	1f
	mov	$0xf0000 + text, %esi
	mov	$5, %ecx
	mov	$0xf1, %edx
	mov	$0x23, %eax
	mov	%eax, %es
	rep outsb
	int	$0x30
1:	jmp	1b
system:	cmp	$0x6000 - 20, %esp
	jne	2f
	mov	$16, %eax
	mov	%eax, %ds
	mov	$0xf0000 + text + 5, %esi
	mov	$6, %ecx
	mov	$0xf1, %edx
	rep outsb
2:	hlt
text:	.ascii	"user kernel"
idtr:	.word	0x7ff
	.long	0x1000
.balign 8
gdt:	.quad	0
	.quad	0x00cf9b000000ffff
	.quad	0x00cf93000000ffff
	.quad	0x00cffb000000ffff
	.quad	0x00cff3000000ffff
	.quad	0x0000890000000067 | tss << 16
gdtr:	.word	. - gdt - 1
	.long	0xf0000 + gdt
. = 0xfff0
.code16
	ljmp	$0xf000, $start
