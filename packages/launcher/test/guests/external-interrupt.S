// Sleeps with interrupts on until the host raises vector 0x40, three times.
// expect: "...done"
// exit: halt
// interrupt: 0x40 x 3
.code16
start:
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %ss
	mov	$0x7000, %sp
	movw	$handler, 0x40*4
	movw	%cs, 0x40*4+2
	xor	%bx, %bx
	sti
1:	hlt
	cmp	$3, %bx
	jb	1b
	cli
	mov	$done, %si
	mov	$4, %cx
	mov	$0xf1, %dx
	cld
	rep outsb %cs:(%si), %dx
	hlt
handler:
	inc	%bx
	mov	$'.', %al
	outb	%al, $0xf1
	iret
done:	.ascii	"done"
. = 0xfff0
	ljmp	$0xf000, $start
