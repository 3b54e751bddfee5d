// A small console: scrolling, colours, the hardware cursor, as teaching kernels have it.
//! kind: multiboot
//! script: multiboot.lds
	.include "kernel.inc"
	begin_kernel	0
	xor	%ecx, %ecx
1:	mov	$line, %esi
2:	lodsb
	test	%al, %al
	jz	3f
	call	put
	jmp	2b
3:	mov	%ecx, %eax
	mov	$10, %bl
	div	%bl
	mov	%ah, %bh
	add	$'0', %al
	call	put
	mov	%bh, %al
	add	$'0', %al
	call	put
	mov	$'\n', %al
	call	put
	inc	%ecx
	cmp	$30, %ecx
	jb	1b
	stop
put:	pusha
	cmp	$'\n', %al
	je	4f
	mov	row, %edx
	imul	$80, %edx
	add	column, %edx
	mov	colour, %ah
	mov	%ax, 0xb8000(, %edx, 2)
	incl	column
	cmpl	$80, column
	jb	6f
4:	movl	$0, column
	incb	colour
	orb	$8, colour
	incl	row
	cmpl	$25, row
	jb	6f
	decl	row
	mov	$0xb8000 + 160, %esi
	mov	$0xb8000, %edi
	mov	$24 * 40, %ecx
	rep movsl
	mov	$0x07200720, %eax
	mov	$40, %ecx
	rep stosl
6:	mov	row, %ebx
	imul	$80, %ebx
	add	column, %ebx
	mov	$0x3d4, %dx
	mov	$0x0f, %al
	mov	%bl, %ah
	out	%ax, %dx
	mov	$0x0e, %al
	mov	%bh, %ah
	out	%ax, %dx
	popa
	ret
line:	.asciz	"kernel line "
	.data
row:	.long	0
column:	.long	0
colour:	.byte	8
	.text
	end_kernel
