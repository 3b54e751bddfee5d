// A kernel that logs to COM1 only, and ends by the debug exit.
//! kind: multiboot
//! script: multiboot.lds
	.include "kernel.inc"
	.include "serial.inc"
	begin_kernel	0
	send	log, %esi
	mov	$0, %eax
	out	%eax, $0xf4
	stop
log:	.asciz	"[    0.000000] booting\n[    0.000001] nothing to do\n"
	end_kernel
