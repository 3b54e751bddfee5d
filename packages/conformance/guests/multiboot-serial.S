// A kernel that logs to COM1 only, and ends by the debug exit.
//! kind: multiboot
//! script: multiboot.lds
	.include "kernel.inc"
	begin_kernel	0
	mov	$log, %esi
1:	lodsb
	test	%al, %al
	jz	3f
	mov	%al, %ah
	mov	$0x3fd, %dx
2:	in	%dx, %al
	test	$0x20, %al
	jz	2b
	mov	%ah, %al
	mov	$0x3f8, %dx
	out	%al, %dx
	jmp	1b
3:	mov	$0, %eax
	out	%eax, $0xf4
	stop
log:	.asciz	"[    0.000000] booting\n[    0.000001] nothing to do\n"
	end_kernel
