// A TSS, a task in ring 3, system calls by int 80h, and a fault where ring 3 touches what is not its own.
	.include "boot.inc"
	.include "protected.inc"
	.macro	more_descriptors
	.quad	0x00cffb000000ffff, 0x00cff3000000ffff
	.word	0x67, 0x2000, 0x8900, 0
	.endm
	.macro	gate	vector, target, access
	movl	$\target, 0x1000 + \vector * 8
	movw	$8, 0x1000 + \vector * 8 + 2
	movl	$\access << 8, 0x1000 + \vector * 8 + 4
	.endm
	begin_boot
	enter_protected more_descriptors
	mov	$0x2000, %edi
	mov	$26, %ecx
	xor	%eax, %eax
	rep stosl
	movl	$0x7000, 0x2004
	movl	$0x10, 0x2008
	movw	$0x68, 0x2066
	mov	$0x28, %ax
	ltr	%ax
	gate	0x80, call, 0xee
	gate	13, protection, 0x8e
	lidt	idt_register
	push	$0x23
	push	$0x6000
	push	$0x002
	push	$0x1b
	push	$user
	iret
user:	mov	$0x23, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%cs, %eax
	int	$0x80
	mov	$0x1234, %eax
	int	$0x80
	cli
	jmp	.
call:	say_number %eax
	mov	%ss, %eax
	say_number %eax
	iret
protection:
	say	"protection "
	pop	%eax
	say_number %eax
	mov	4(%esp), %eax
	say_number %eax
	stop
	idt_of	0x81
	end_protected
