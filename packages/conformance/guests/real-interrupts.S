// Interrupts of real mode: one's own, divide error, overflow, and a chain to the BIOS.
	.include "boot.inc"
	.macro	vector	number, target
	movw	$\target, \number * 4
	movw	%cs, \number * 4 + 2
	.endm
	begin_boot
	cli
	vector	0, divide
	vector	4, overflow
	vector	0x80, own
	sti
	int	$0x80
	int	$0x80
	xor	%ax, %ax
	mov	$0, %bl
	div	%bl
	mov	$0x7f, %al
	inc	%al
	into
	mov	0x40, %eax
	mov	%eax, old
	mov	$hook, %eax
	mov	%ax, 0x40
	movw	%cs, 0x42
	print	"hooked"
	stop
divide:	print	"divide "
	push	%bp
	mov	%sp, %bp
	addw	$2, 2(%bp)
	pop	%bp
	iret
overflow:
	print	"overflow "
	iret
own:	print	"own "
	iret
hook:	cmp	$'o', %al
	jne	1f
	mov	$'0', %al
1:	ljmp	*%cs:old
old:	.long	0
	end_boot
