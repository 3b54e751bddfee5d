// PIC moved to vectors 20h and 28h, the PIT at 100 Hz, ten ticks counted in protected mode.
	.include "boot.inc"
	.include "protected.inc"
	.include "outb.inc"
	begin_boot
	enter_protected
	outb	0x11, 0x20
	outb	0x11, 0xa0
	outb	0x20, 0x21
	outb	0x28, 0xa1
	outb	0x04, 0x21
	outb	0x02, 0xa1
	outb	0x01, 0x21
	outb	0x01, 0xa1
	outb	0xfe, 0x21
	outb	0xff, 0xa1
	outb	0x36, 0x43
	outb	0x9c, 0x40
	outb	0x2e, 0x40
	interrupt_gate 0x20, tick
	lidt	idt_register
	sti
1:	hlt
	cmpb	$10, ticks
	jb	1b
	cli
	say	" ten ticks"
	in	$0x21, %al
	movzbl	%al, %eax
	say_number %eax
	stop
tick:	push	%eax
	incb	ticks
	say	"."
	outb	0x20, 0x20
	pop	%eax
	iret
ticks:	.byte	0
	idt_of	0x30
	end_protected
