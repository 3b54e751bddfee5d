//! flags: -m32 -nostdlib
//! script: high32.lds
#include "ports.h"
#define HZ 100
.text
.globl _start
_start:
	OUTB(PIC1_COMMAND, 0x11)
	OUTB(PIC2_COMMAND, 0x11)
	OUTB(PIC1_DATA, 0x20)
	OUTB(PIC2_DATA, 0x28)
	OUTB(PIC1_DATA, 1 << 2)
	OUTB(PIC2_DATA, 2)
	OUTB(PIC1_DATA, 1)
	OUTB(PIC2_DATA, 1)
	OUTB(PIC1_DATA, ~(1 << 0) & 0xff)
	OUTB(PIC2_DATA, 0xff)
	OUTB(PIT_COMMAND, 0x36)
	OUTB(PIT_CHANNEL0, (PIT_HZ / HZ) & 0xff)
	OUTB(PIT_CHANNEL0, (PIT_HZ / HZ) >> 8)
	lidt idtr
	sti
1:	hlt
	cmpl $5 * HZ, ticks
	jb 1b
	mov $DEBUG_EXIT, %dx
	mov $0x10, %eax
	out %eax, %dx
timer:
	pushal
	incl ticks
	movb $0x20, %al
	outb %al, $PIC1_COMMAND
	popal
	iret
spurious:
	iret
.data
.align 8
idt:
	.rept 32
	.word spurious_low, 8, 0x8e00, 0
	.endr
	.word 0, 8, 0x8e00, 0x10
idt_end:
	.equ spurious_low, 0
idtr:	.word idt_end - idt - 1
	.long idt
ticks:	.long 0
