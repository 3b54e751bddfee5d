// Ring 3: by iret into it, back through a gate of level 3 with the stack from the TSS.
// expect: "user kernel"
// exit: halt
#include "protected.h"
tss = 0x2000
.code16
start:
	enter_protected
	flat_stack
	clear	0x1000, 0x500		// IDT and TSS
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
	idt_at_1000h
	flat_gdt 0x00cffb000000ffff, 0x00cff3000000ffff, 0x0000890000000067 | tss << 16
	reset_vector
