// ACPI as tutorials use it: the root pointer between E0000h and FFFFFh, the RSDT, the FADT and its DSDT with \_S5; ACPI mode on; off.
//! kind: multiboot
//! script: multiboot.lds
	.include "kernel.inc"
	.macro	tell	text
	push	%esi
	say	"\text"
	pop	%esi
	.endm
	begin_kernel	0
	mov	$0xe0000, %esi
1:	cmpl	$0x20445352, (%esi)		// "RSD "
	jne	2f
	cmpl	$0x20525450, 4(%esi)		// "PTR "
	je	3f
2:	add	$16, %esi
	cmp	$0x100000, %esi
	jb	1b
	tell	"no pointer"
	stop
3:	tell	"pointer "
	mov	$20, %ecx
	call	sum
	mov	16(%esi), %esi
	tell	"root "
	mov	4(%esi), %ecx
	call	sum
	mov	4(%esi), %ecx
	add	%esi, %ecx
	lea	36(%esi), %edi
4:	cmp	%ecx, %edi
	jae	9f
	mov	(%edi), %ebx
	add	$4, %edi
	cmpl	$0x50434146, (%ebx)		// "FACP"
	je	6f
	cmpl	$0x43495041, (%ebx)		// "APIC"
	jne	4b
	push	%ecx
	mov	%ebx, %esi
	tell	"interrupts "
	mov	4(%esi), %ecx
	call	sum
	mov	36(%esi), %eax
	say_number %eax
	pop	%ecx
	jmp	4b
6:	mov	%ebx, fixed
	push	%ecx
	mov	%ebx, %esi
	tell	"fixed "
	mov	4(%esi), %ecx
	call	sum
	mov	48(%esi), %eax			// SMI_CMD
	say_number %eax
	mov	64(%esi), %eax			// PM1a_CNT_BLK
	say_number %eax
	movzwl	52(%esi), %eax			// ACPI_ENABLE, ACPI_DISABLE
	say_number %eax
	mov	40(%esi), %esi
	tell	"differentiated "
	cmpl	$0x54445344, (%esi)
	jne	9f
	mov	4(%esi), %ecx
	call	sum
	mov	4(%esi), %ecx
	sub	$4, %ecx
7:	cmpl	$0x5f35535f, (%esi)		// "_S5_"
	je	8f
	inc	%esi
	loop	7b
	tell	"no S5"
	stop
8:	tell	"S5 "
	movzbl	4(%esi), %eax
	say_number %eax
	pop	%ecx
	jmp	4b
9:	mov	fixed, %esi
	mov	64(%esi), %edx
	in	%dx, %ax
	movzwl	%ax, %eax
	say_number %eax
	push	%edx
	mov	48(%esi), %edx
	mov	52(%esi), %al
	out	%al, %dx
	pop	%edx
1:	in	%dx, %ax
	test	$1, %al
	jz	1b
	tell	"on"
	mov	$0x2000, %ax
	out	%ax, %dx
	stop
sum:	push	%esi
	xor	%al, %al
1:	add	(%esi), %al
	inc	%esi
	loop	1b
	pop	%esi
	movzbl	%al, %eax
	say_number %eax
	ret
fixed:	.long	0
	end_kernel
