// SSE in protected mode, after CR4 allows it: four sums at once.
	.include "boot.inc"
	.include "protected.inc"
	begin_boot
	enter_protected
	mov	%cr0, %eax
	and	$~4, %eax
	or	$2, %eax
	mov	%eax, %cr0
	mov	%cr4, %eax
	or	$0x600, %eax
	mov	%eax, %cr4
	movups	first, %xmm0
	movups	second, %xmm1
	addps	%xmm1, %xmm0
	cvtps2dq	%xmm0, %xmm0
	movdqu	%xmm0, 0x500
	say_number 0x500
	say_number 0x504
	say_number 0x508
	say_number 0x50c
	stop
first:	.float	1, 20, 300, 4000
second:	.float	0.5, 2.25, 3, 4.75
	end_protected
