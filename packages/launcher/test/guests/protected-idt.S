// An IDT in protected mode: int $0x30, #UD, #DE and #GP through interrupt gates with their error codes.
// expect: "iUDG"
// exit: halt
#include "protected.h"
.code16
start:
	enter_protected
	flat_stack
	clear	0x1000, 512
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
	idt_at_1000h
	flat_gdt
	reset_vector
