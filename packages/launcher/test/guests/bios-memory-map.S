// int 15h, E820: counts the entries and adds up what is usable: 0x9fc00 + 15 MiB - the firmware's 128 KiB.
// format: boot
// machine: pc
// expect: "7 00f7fc00"
// exit: halt
.code16
start:
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss
	mov	$0x7c00, %sp
	xor	%ebx, %ebx
	xor	%esi, %esi
	mov	$'0', %bp
1:	mov	$0xe820, %eax
	mov	$0x534d4150, %edx
	mov	$20, %ecx
	mov	$0x600, %di
	int	$0x15
	jc	bad
	cmp	$0x534d4150, %eax
	jne	bad
	inc	%bp
	cmpl	$1, 0x610
	jne	2f
	add	0x608, %esi
2:	test	%ebx, %ebx
	jnz	1b
	mov	%bp, %ax
	out	%al, $0xf1
	mov	$' ', %al
	out	%al, $0xf1
	mov	$8, %cx
3:	rol	$4, %esi
	mov	%si, %ax
	and	$15, %al
	add	$'0', %al
	cmp	$'9', %al
	jbe	4f
	add	$'a' - '9' - 1, %al
4:	out	%al, $0xf1
	loop	3b
	cli
	hlt
bad:	mov	$'!', %al
	out	%al, $0xf1
	cli
	hlt
. = 510
	.word	0xaa55
