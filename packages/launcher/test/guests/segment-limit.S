// A store beyond the limit of a small segment gives #GP.
// not on software: v86 does not check limits
// expect: "inG"
// exit: halt
#include "protected.h"
.code16
start:
	enter_protected
	flat_stack
	clear	0x1000, 512
	gate	13, protection
	lidt	%cs:0xf0000 + idtr
	movl	$0x0000000f, 0x600	// a data segment of 16 bytes at 800h, in a GDT of its own
	movl	$0, 0x500
	movl	$0, 0x504
	movl	$0x0000ffff, 0x508
	movl	$0x00cf9b00, 0x50c
	movl	$0x0000ffff, 0x510
	movl	$0x00cf9300, 0x514
	movl	$0x0800000f, 0x518
	movl	$0x00409300, 0x51c
	movw	$0x1f, 0x5f0
	movl	$0x500, 0x5f2
	lgdt	0x5f0
	mov	$0x18, %eax
	mov	%eax, %fs
	movb	$'i', %fs:0
	movb	$'n', %fs:15
	mov	0x800, %al
	out	%al, $0xf1
	mov	0x80f, %al
	out	%al, $0xf1
	movb	$'!', %fs:16
	mov	$'?', %al
	out	%al, $0xf1
	hlt
protection:
	mov	$'G', %al
	out	%al, $0xf1
	hlt
	idt_at_1000h
	flat_gdt
	reset_vector
