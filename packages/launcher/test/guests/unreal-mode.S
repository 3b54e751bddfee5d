// Unreal mode: 4 GiB limits in real mode's data segments, kept after leaving protected mode.
// not on software: v86 goes back to the limits of real mode
// expect: "U"
// exit: halt
#include "protected.h"
.code16
start:
	cli
	set_protected
	jmp	1f
1:	mov	$16, %bx
	mov	%bx, %ds
	and	$0xfe, %al
	mov	%eax, %cr0
	jmp	2f
2:	mov	$0x200000, %ebx
	movb	$'U', (%ebx)
	mov	(%ebx), %al
	out	%al, $0xf1
	hlt
	flat_gdt
	reset_vector
