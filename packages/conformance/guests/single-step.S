// The trap flag: an interrupt after each instruction, until it is taken back.
//! not software: v86 has no trap flag
	.include "boot.inc"
	begin_boot
	movw	$step, 4
	movw	%cs, 6
	pushf
	pop	%ax
	mov	%ax, %bx
	or	$0x100, %ax
	push	%ax
	popf
	nop
	nop
	nop
	push	%bx
	popf
	print8	steps
	stop
step:	incb	%cs:steps
	iret
steps:	.byte	0
	end_boot
