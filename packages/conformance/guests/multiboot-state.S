// The state at the entry: paging off, protection on, interrupts off, segments flat, A20 open.
//! kind: multiboot
//! script: multiboot.lds
	.include "kernel.inc"
	begin_kernel	0
	mov	%cr0, %eax
	and	$0x80000001, %eax
	say_number %eax
	pushf
	pop	%eax
	and	$0x200, %eax
	say_number %eax
	mov	%ds, %ax
	lsl	%ax, %eax
	say_number %eax
	mov	%cs, %ax
	lsl	%ax, %eax
	say_number %eax
	movl	$1, 0x200000
	movl	$2, 0x300000
	mov	0x200000, %eax
	say_number %eax
	stop
	end_kernel
