// An IDT in protected mode: int $0x30, #UD, #DE and #GP through interrupt gates with their error codes.
// expect: "iUDG"
// exit: halt
	.macro	gate vector, handler
	movl	$0x80000 + \handler, 0x1000 + \vector * 8
	movl	$0xf8e00, 0x1004 + \vector * 8
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
	mov	$512, %ecx
	rep stosl
	gate	0x30, soft
	gate	6, invalid
	gate	0, divide
	gate	13, protection
	lidt	%cs:0xf0000 + idtr
	int	$0x30
	ud2
	xor	%ecx, %ecx
	mov	$1, %eax
	xor	%edx, %edx
	div	%ecx
	mov	$0x4000, %eax
	mov	%eax, %ds		// beyond the GDT: #GP with the selector as its code
	hlt
soft:	mov	$'i', %al
	out	%al, $0xf1
	iretl
invalid:
	mov	$'U', %al
	out	%al, $0xf1
	addl	$2, (%esp)
	iretl
divide:	mov	$'D', %al
	out	%al, $0xf1
	addl	$2, (%esp)
	iretl
protection:
	cmpl	$0x4000, (%esp)
	jne	1f
	mov	$'G', %al
	out	%al, $0xf1
1:	hlt
idtr:	.word	0x7ff
	.long	0x1000
.balign 8
gdt:	.quad	0
	.quad	0x00cf9b000000ffff
	.quad	0x00cf93000000ffff
gdtr:	.word	. - gdt - 1
	.long	0xf0000 + gdt
. = 0xfff0
.code16
	ljmp	$0xf000, $start
