// Multiboot 1: magic, upper memory, command line.
// format: multiboot
// append: hello world
// expect: "hello world 15232"
// exit: halt
.code32
.globl start
	.long	0x1badb002, 3, -(0x1badb002 + 3)
start:
	mov	$0x80000, %esp
	cmp	$0x2badb002, %eax
	jne	bad
	mov	16(%ebx), %esi
1:	lodsb
	test	%al, %al
	jz	2f
	out	%al, $0xf1
	jmp	1b
2:	mov	$' ', %al
	out	%al, $0xf1
	mov	8(%ebx), %eax
	mov	$10, %edi
	xor	%ecx, %ecx
3:	xor	%edx, %edx
	div	%edi
	push	%edx
	inc	%ecx
	test	%eax, %eax
	jnz	3b
4:	pop	%eax
	add	$'0', %al
	out	%al, $0xf1
	loop	4b
	hlt
bad:	mov	$'!', %al
	out	%al, $0xf1
	hlt
