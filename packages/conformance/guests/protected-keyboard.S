// Keyboard interrupts in protected mode, on vector 21h.
//! keys: "ok"
	.include "boot.inc"
	.include "protected.inc"
	.include "outb.inc"
	begin_boot
	enter_protected
	outb	0x11, 0x20
	outb	0x20, 0x21
	outb	0x04, 0x21
	outb	0x01, 0x21
	outb	0xfd, 0x21
	interrupt_gate 0x21, key
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
	idt_of	0x30
	end_protected
