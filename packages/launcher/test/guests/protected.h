// What the flat guests in protected mode share, each piece a macro: the way in, its GDT, gates, the reset vector.
// The image ends at 1 MiB (FFFF0h is where a CPU starts, SDM volume 3, 9.1.4): a label's linear address is 0xf0000 + label.

// Into 32-bit code with the GDT of `flat_gdt`; the data segments are real mode's still.
	.macro	enter_protected
	set_protected
	ljmpl	$8, $0xf0000 + .Lflat
.code32
.Lflat:
	.endm

	.macro	set_protected
	lgdtl	%cs:gdtr
	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	.endm

	.macro	load_flat segments:vararg
	mov	$16, %eax
	.irp	segment, \segments
	mov	%eax, %\segment
	.endr
	.endm

	.macro	flat_stack
	load_flat ds, es, ss
	mov	$0x7000, %esp
	.endm

	.macro	clear address, dwords
	mov	$\address, %edi
	xor	%eax, %eax
	mov	$\dwords, %ecx
	rep stosl
	.endm

// An interrupt gate in the IDT at 1000h; `kind` is its type and level (SDM volume 3, 6.11).
	.macro	gate vector, handler, kind=0x8e00
	movl	$0x80000 + \handler, 0x1000 + \vector * 8
	movl	$0xf0000 | \kind, 0x1004 + \vector * 8
	.endm

	.macro	idt_at_1000h
idtr:	.word	0x7ff
	.long	0x1000
	.endm

// Code (8) and data (16) of 4 GiB, then `more`.
	.macro	flat_gdt more:vararg
	.balign	8
gdt:	.quad	0, 0x00cf9b000000ffff, 0x00cf93000000ffff
	.ifnb	\more
	.quad	\more
	.endif
gdtr:	.word	. - gdt - 1
	.long	0xf0000 + gdt
	.endm

	.macro	reset_vector
. = 0xfff0
.code16
	ljmp	$0xf000, $start
	.endm
