// The PCI bus by configuration mechanism #1: which functions answer, and their class.
//! kind: multiboot
//! script: multiboot.lds
	.include "kernel.inc"
	begin_kernel	0
	mov	$0x80000000, %ebx		// bus 0, device and function in bits 15 to 8
1:	mov	%ebx, %eax
	call	read
	cmp	$0xffff, %ax
	je	2f
	mov	%eax, %ecx
	say_number %ebx
	say_number %ecx
	lea	8(%ebx), %eax
	call	read
	say_number %eax
	lea	0xc(%ebx), %eax
	call	read
	shr	$16, %eax
	say_number %eax
	addl	$80 * 2 - 9 * 4 * 2, position
2:	add	$0x100, %ebx
	cmp	$0x80002000, %ebx		// four devices
	jb	1b
	mov	$0xcfa, %dx			// a byte of the address register, and of the data
	in	%dx, %al
	movzbl	%al, %eax
	say_number %eax
	mov	$0x80000800, %eax
	mov	$0xcf8, %dx
	out	%eax, %dx
	mov	$0xcfe, %dx
	in	%dx, %ax
	movzwl	%ax, %eax
	say_number %eax
	mov	$0xcff, %dx
	in	%dx, %al
	movzbl	%al, %eax
	say_number %eax
	stop
read:	mov	$0xcf8, %dx
	out	%eax, %dx
	mov	$0xcfc, %dx
	in	%dx, %eax
	ret
	end_kernel
