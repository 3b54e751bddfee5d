// Interrupts in 64-bit mode: int $0x30, #UD and a page fault through gates of 16 bytes, back by iretq.
// not on software: no long mode in v86
// expect: "iUP!"
// exit: halt
#include "long.h"
	.macro	long_gate vector, handler
	movl	$0x180000 + \handler, 0x4000 + \vector * 16
	movl	$0xf8e00, 0x4004 + \vector * 16
	movq	$0, 0x4008 + \vector * 16
	.endm
.code16
start:
	cli
	enter_long
	long_gate	0x30, soft
	long_gate	6, invalid
	long_gate	14, fault
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
	long_gdt
	reset_vector
