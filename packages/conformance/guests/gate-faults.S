// What a CPU raises where a transfer of control leads nowhere: absent gates, gates beyond the IDT, IRET and far returns to bad code segments, and the
// double fault of an exception that nobody takes; the third fault resets.
//! kind: multiboot
//! script: multiboot.lds
	.include "kernel.inc"
	begin_kernel	0
	flat_segments
	// No gate at all but these.
	mov	$0x1000, %edi
	xor	%eax, %eax
	mov	$0x40, %ecx
	rep stosl
	gate	8, double
	gate	11, absence
	gate	13, protection
	lidt	idt_register
	movl	$1f, resume
	int	$0x10				// an empty gate
1:	movl	$2f, resume
	int	$0x80				// beyond the IDT
2:	movl	$4f, resume
	gate	9, protection
	movw	$0x0e00, 0x1000 + 9 * 8 + 4
	int	$9				// an absent gate
4:	movl	$5f, resume
	pushf
	push	$0
	push	$6f
	iret					// to a null selector
5:	movl	$6f, resume
	push	$0x18
	push	$6f
	lret
6:	movl	$7f, resume
	pushf
	push	$0x10				// to data
	push	$6b
	iret
7:	movl	$8f, resume
	ljmp	$0x18, $6b
8:	movl	$9f, resume
	ljmp	$0x1230, $6b
9:	mov	$0x7000, %esp
	xor	%edx, %edx
	div	%edx				// no gate for #DE
double:	say	"double "
	pop	%eax
	say_number %eax
	movw	$0, 0x1000 + 8 * 8 + 4
	movw	$0, 0x1000 + 13 * 8 + 4
	ud2					// the third
absence:
	say	"absent "
	jmp	1f
protection:
	say	"protection "
1:	pop	%eax
	say_number %eax
	mov	$stack_top, %esp
	jmp	*resume
resume:	.long	0
	.balign	8
gdt:	.quad	0, 0x00cf9b000000ffff, 0x00cf93000000ffff
	.quad	0x00cf1b000000ffff		// 18h: code that is not present
gdt_register:
	.word	gdt_register - gdt - 1
	.long	gdt
	idt_of	0x20
	end_kernel
