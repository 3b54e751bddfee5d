// The local APIC and the I/O APIC as teaching kernels use them: the MultiProcessor table, the APIC's timer, the clock and the keyboard through the I/O APIC,
// an interrupt to oneself, priorities.
//! kind: multiboot
//! script: multiboot.lds
//! keys: "a"
	.include "kernel.inc"
	.equ	apic, 0xfee00000
	.equ	io_apic, 0xfec00000
	.macro	redirect	input, value
	movl	$0x10 + 2 * \input + 1, io_apic
	movl	$0, io_apic + 16
	movl	$0x10 + 2 * \input, io_apic
	movl	$\value, io_apic + 16
	.endm
	begin_kernel	0
	flat_segments
	// The MultiProcessor table.
	mov	$0xf0000, %esi
1:	cmpl	$0x5f504d5f, (%esi)		// "_MP_"
	je	2f
	add	$16, %esi
	cmp	$0x100000, %esi
	jb	1b
	say	"no table"
	stop
2:	mov	4(%esi), %ebx
	say	"table "
	mov	%ebx, %esi
	xor	%al, %al
	movzwl	4(%esi), %ecx
	mov	%esi, %edi
3:	add	(%edi), %al
	inc	%edi
	loop	3b
	movzbl	%al, %eax
	say_number %eax
	mov	36(%esi), %eax
	say_number %eax
	movzbl	44(%esi), %eax			// the first entry is a processor's
	say_number %eax
	movzbl	47(%esi), %eax
	say_number %eax
	// Everything in the 8259 masked.
	mov	$0xff, %al
	out	%al, $0x21
	out	%al, $0xa1
	gate	0x20, timer
	gate	0x21, keyboard
	gate	0x30, clock
	gate	0x40, low
	gate	0x51, high
	gate	0x3f, spurious
	lidt	idt_register
	mov	apic + 0x30, %eax
	say_number %eax
	movl	$1, io_apic
	mov	io_apic + 16, %eax
	shr	$16, %eax
	movzbl	%al, %eax
	say_number %eax
	movl	$0x12, io_apic			// masked, as the BIOS leaves it
	mov	io_apic + 16, %eax
	and	$0x10000, %eax
	say_number %eax
	movl	$0x13f, apic + 0xf0
	movl	$0x10000, apic + 0x350
	movl	$0x10000, apic + 0x360
	movl	$0, apic + 0x80
	// Two interrupts to oneself, the higher one first.
	movl	$0x44040, apic + 0x300
	movl	$0x44051, apic + 0x300
	mov	apic + 0x220, %eax		// requests 40h to 5Fh
	say_number %eax
	call	open
	movl	$0x40, apic + 0x80		// 40h has to wait
	movl	$0x44040, apic + 0x300
	call	open
	say	"waits "
	movl	$0, apic + 0x80
	call	open
	// The timer.
	movl	$0xb, apic + 0x3e0
	movl	$0x20020, apic + 0x320
	movl	$5000000, apic + 0x380
	sti
1:	hlt
	cmpl	$3, ticks
	jb	1b
	movl	$0x10000, apic + 0x320
	say	"timer "
	// The clock of the 8254 on input 2, the keyboard on input 1.
	redirect 2, 0x30
	mov	$0x34, %al
	out	%al, $0x43
	xor	%al, %al
	out	%al, $0x40
	mov	$0x10, %al
	out	%al, $0x40
1:	hlt
	cmpl	$3, clocks
	jb	1b
	redirect 2, 0x10000
	say	"clock "
	redirect 1, 0x21
1:	in	$0x64, %al
	test	$1, %al
	jz	2f
	in	$0x60, %al
	jmp	1b
2:	hlt
	jmp	2b
	// Interrupts on for a moment.
open:	sti
	mov	$50, %ecx
1:	in	$0x61, %al
	loop	1b
	cli
	ret
	.macro	end_of_interrupt
	movl	$0, apic + 0xb0
	.endm
timer:	incl	ticks
	end_of_interrupt
	iret
clock:	incl	clocks
	end_of_interrupt
	iret
low:	say	"low "
	end_of_interrupt
	iret
high:	say	"high "
	mov	apic + 0x120, %eax		// in service
	say_number %eax
	end_of_interrupt
	iret
keyboard:
	in	$0x60, %al
	movzbl	%al, %eax
	say_number %eax
	end_of_interrupt
	iret
spurious:
	iret
ticks:	.long	0
clocks:	.long	0
	.balign	8
gdt:	.quad	0, 0x00cf9b000000ffff, 0x00cf93000000ffff
gdt_register:
	.word	gdt_register - gdt - 1
	.long	gdt
	idt_of	0x60
	end_kernel
