// From real mode through protected mode into 64-bit mode: PAE tables, EFER.LME, CR0.PG, a 64-bit code segment.
// not on software: no long mode in v86
// expect: "64"
// exit: halt
#include "long.h"
.code16
start:
	cli
	enter_long
	mov	$0x1234567890abcdef, %rax
	mov	$'6', %al
	out	%al, $0xf1
	mov	$1, %r8
	shl	$40, %r8
	bt	$40, %r8
	jnc	1f
	mov	$'4', %al
	out	%al, $0xf1
1:	hlt
	long_gdt
	reset_vector
