// Addresses above the memory: a handler at 0x8000000, nobody at 0x9000000.
// expect: "mmio"
// exit: halt
#include "protected.h"
.code16
start:
	enter_protected
	load_flat ds
	movl	$0x12345678, 0x8000000
	movw	$0x9abc, 0x8000004
	movb	$0xde, 0x8000006
	mov	0x8000010, %eax
	cmp	$0xcafebabe, %eax
	jne	bad
	movzbl	0x8000014, %eax
	cmp	$0xee, %eax
	jne	bad
	movl	$1, 0x9000000
	mov	0x9000000, %eax
	cmp	$0xffffffff, %eax
	jne	bad
	mov	$'m', %al
	outb	%al, $0xf1
	mov	$'m', %al
	outb	%al, $0xf1
	mov	$'i', %al
	outb	%al, $0xf1
	mov	$'o', %al
	outb	%al, $0xf1
	hlt
bad:	mov	$'!', %al
	outb	%al, $0xf1
	hlt
	flat_gdt
	reset_vector
