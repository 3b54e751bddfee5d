// GDT, protected mode, a 32-bit code segment.
// expect: "32"
// exit: halt
#include "protected.h"
.code16
start:
	enter_protected
	load_flat ds, ss
	mov	$0x7000, %esp
	movl	$'3', 0x200000
	call	print
	movl	$'2', 0x200000
	call	print
	hlt
print:
	mov	0x200000, %eax
	outb	%al, $0xf1
	ret
	flat_gdt
	reset_vector
