// The clock chip's periodic interrupt, IRQ 8, on vector 70h.
	.include "boot.inc"
	begin_boot
	cli
	movw	$handler, 0x70 * 4
	movw	%cs, 0x70 * 4 + 2
	mov	$0x8b, %al
	out	%al, $0x70
	in	$0x71, %al
	mov	%al, %bl
	mov	$0x8b, %al
	out	%al, $0x70
	mov	%bl, %al
	or	$0x40, %al
	out	%al, $0x71
	in	$0xa1, %al
	and	$~1, %al
	out	%al, $0xa1
	in	$0x21, %al
	and	$~4, %al
	out	%al, $0x21
	mov	$0x0c, %al
	out	%al, $0x70
	in	$0x71, %al
	sti
1:	hlt
	cmpb	$10, count
	jb	1b
	cli
	print	"ten interrupts"
	stop
handler:
	push	%ax
	incb	%cs:count
	mov	$0x0c, %al
	out	%al, $0x70
	in	$0x71, %al
	mov	$0x20, %al
	out	%al, $0xa0
	out	%al, $0x20
	pop	%ax
	iret
count:	.byte	0
	end_boot
