// E820, entry by entry, until EBX is 0.
	.include "boot.inc"
	begin_boot
	mov	$3, %ax
	int	$0x10
	xor	%ebx, %ebx
1:	mov	$0xe820, %eax
	mov	$0x534d4150, %edx
	mov	$24, %ecx
	movl	$1, buffer + 20
	mov	$buffer, %di
	int	$0x15
	jc	2f
	print32	buffer + 4
	print32	buffer
	print32	buffer + 12
	print32	buffer + 8
	print32	buffer + 16
	print8	%cl
	cmp	$0x534d4150, %eax
	jne	2f
	call	newline
	test	%ebx, %ebx
	jnz	1b
2:	print	"done"
	stop
	.lcomm	buffer, 24
	end_boot
