// A handler on interrupt 1Ch, which the BIOS calls at each tick.
	.include "boot.inc"
	begin_boot
	cli
	movw	$tick, 0x1c * 4
	movw	%cs, 0x1c * 4 + 2
	sti
1:	hlt
	cmpb	$5, ticks
	jb	1b
	print	"five"
	stop
tick:	incb	%cs:ticks
	cmpb	$5, %cs:ticks
	ja	2f
	push	%ax
	push	%bx
	mov	$0x0e2e, %ax
	mov	$7, %bx
	int	$0x10
	pop	%bx
	pop	%ax
2:	iret
ticks:	.byte	0
	end_boot
