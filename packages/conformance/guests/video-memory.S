// Straight into B8000h: a table of all attributes, text beside it.
	.include "boot.inc"
	begin_boot
	mov	$3, %ax
	int	$0x10
	push	$0xb800
	pop	%es
	xor	%di, %di
	xor	%dx, %dx
1:	mov	%dl, %ah
	mov	$'#', %al
	stosw
	inc	%dl
	test	$15, %dl
	jnz	1b
	add	$160 - 32, %di
	test	%dl, %dl
	jnz	1b
	mov	$text, %si
	mov	$17 * 160, %di
	mov	$0x1e, %ah
2:	lodsb
	test	%al, %al
	jz	3f
	stosw
	jmp	2b
3:	mov	$0x0720, %ax
	stop
text:	.asciz	"Written without the BIOS"
	end_boot
