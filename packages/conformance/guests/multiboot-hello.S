// The Multiboot kernel of every tutorial: header, stack, text, halt.
//! kind: multiboot
//! script: multiboot.lds
	.include "kernel.inc"
	begin_kernel	0
	say	"Hello from a Multiboot kernel "
	say_number %ebp
	stop
	end_kernel
