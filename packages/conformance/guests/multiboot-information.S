// What the loader tells: memory, the command line's end, the modules and their words.
//! kind: multiboot
//! script: multiboot.lds
//! append: quiet root=none
//! module: "first module" alpha beta
	.include "kernel.inc"
	begin_kernel	3
	mov	(%ebx), %eax
	and	$0x4f, %eax
	say_number %eax
	say_number 4(%ebx)
	say_number 8(%ebx)
	mov	16(%ebx), %esi
	xor	%ecx, %ecx
1:	lodsb
	test	%al, %al
	jnz	1b
	sub	$11, %esi			// the last ten characters
	call	write
	movl	$0xb8000 + 160, position
	say_number 20(%ebx)
	mov	24(%ebx), %edx
	mov	(%edx), %eax
	and	$0xfff, %eax
	say_number %eax
	mov	4(%edx), %eax
	sub	(%edx), %eax
	say_number %eax
	mov	(%edx), %esi
	movb	$0, 12(%esi)
	call	write
	say	" "
	mov	8(%edx), %esi
2:	lodsb
	test	%al, %al
	jnz	2b
	sub	$11, %esi
	call	write
	stop
	end_kernel
