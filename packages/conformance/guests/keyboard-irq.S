// A handler of one's own on interrupt 09h reads scan codes from port 60h.
//! keys: "ab\n"
	.include "boot.inc"
	begin_boot
	cli
	movw	$handler, 9 * 4
	movw	%cs, 9 * 4 + 2
	sti
	print	"codes: "
1:	hlt
	cmpb	$6, count
	jb	1b
	mov	$codes, %si
	mov	$6, %cx
2:	lodsb
	print8	%al
	loop	2b
	stop
handler:
	push	%ax
	push	%bx
	in	$0x60, %al
	movzbw	%cs:count, %bx
	mov	%al, %cs:codes(%bx)
	incb	%cs:count
	mov	$0x20, %al
	out	%al, $0x20
	pop	%bx
	pop	%ax
	iret
count:	.byte	0
codes:	.skip	8
	end_boot
