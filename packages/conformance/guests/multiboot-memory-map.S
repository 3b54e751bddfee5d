// The loader's memory map: usable entries and their lengths.
//! kind: multiboot
//! script: multiboot.lds
	.include "kernel.inc"
	begin_kernel	2
	testl	$0x40, (%ebx)
	jz	3f
	mov	48(%ebx), %esi
	mov	44(%ebx), %edi
	add	%esi, %edi
1:	cmpl	$1, 20(%esi)
	jne	2f
	say_number 4(%esi)
	say_number 12(%esi)
2:	add	(%esi), %esi
	add	$4, %esi
	cmp	%edi, %esi
	jb	1b
	say	"end"
3:	stop
	end_kernel
