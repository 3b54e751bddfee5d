// Multiboot 2: the memory map's tag has four entries of 24 bytes.
// format: multiboot
// expect: "m5"
// exit: halt
.code32
.globl start
	.balign	8
header:	.long	0xe85250d6, 0, header_end - header, -(0xe85250d6 + (header_end - header))
	.word	0, 0
	.long	8
header_end:
start:
	cmp	$0x36d76289, %eax
	jne	bad
	add	$8, %ebx
1:	mov	(%ebx), %eax
	test	%eax, %eax
	jz	bad
	cmp	$6, %eax
	je	2f
	mov	4(%ebx), %eax
	add	$7, %eax
	and	$~7, %eax
	add	%eax, %ebx
	jmp	1b
2:	mov	$'m', %al
	out	%al, $0xf1
	mov	4(%ebx), %eax
	sub	$16, %eax
	xor	%edx, %edx
	mov	$24, %ecx
	div	%ecx
	add	$'0', %al
	out	%al, $0xf1
	hlt
bad:	mov	$'!', %al
	out	%al, $0xf1
	hlt
