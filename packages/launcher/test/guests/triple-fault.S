// Protected mode without an IDT: the first fault becomes the third.
// expect: "t"
// exit: shutdown
#include "protected.h"
.code16
start:
	mov	$'t', %al
	outb	%al, $0xf1
	lidtl	%cs:idtr
	enter_protected
	ud2
	hlt
	flat_gdt
idtr:	.word	0
	.long	0
	reset_vector
