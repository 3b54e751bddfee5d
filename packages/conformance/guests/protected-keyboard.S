// Keyboard interrupts in protected mode, on vector 21h.
//! keys: "ok"
	.include "boot.inc"
	.include "protected.inc"
	.macro	outb	value, port
	mov	$\value, %al
	out	%al, $\port
	.endm
	begin_boot
	enter_protected
	outb	0x11, 0x20
	outb	0x20, 0x21
	outb	0x04, 0x21
	outb	0x01, 0x21
	outb	0xfd, 0x21
	mov	$key, %eax
	mov	%ax, 0x1000 + 0x21 * 8
	movw	$8, 0x1000 + 0x21 * 8 + 2
	movw	$0x8e00, 0x1000 + 0x21 * 8 + 4
	movw	$0, 0x1000 + 0x21 * 8 + 6
	lidt	idt_register
	say	"keys: "
	sti
1:	hlt
	cmpb	$4, count
	jb	1b
	cli
	stop
key:	pusha
	xor	%eax, %eax
	in	$0x60, %al
	say_number %eax
	incb	count
	outb	0x20, 0x20
	popa
	iret
count:	.byte	0
	.balign	4
idt_register:
	.word	0x30 * 8 - 1
	.long	0x1000
	text_routines
	.org	510
	.word	0xaa55
