// Functions 09h and 0Ah: characters with and without attributes, repeated; the teletype keeps the attribute of a cell.
	.include "boot.inc"
	begin_boot
	mov	$3, %ax
	int	$0x10
	mov	$0, %bl
1:	mov	$0x0200, %ax
	xor	%bh, %bh
	mov	%bl, %dh
	xor	%dl, %dl
	int	$0x10
	mov	$0x0958, %ax
	mov	$30, %cx
	int	$0x10
	inc	%bl
	cmp	$20, %bl
	jb	1b
	mov	$0x0200, %ax
	mov	$0x0203, %dx
	int	$0x10
	print	"over colours"
	mov	$0x0200, %ax
	mov	$0x0401, %dx
	xor	%bx, %bx
	int	$0x10
	mov	$0x0a2d, %ax
	mov	$10, %cx
	mov	$0x4f, %bl
	int	$0x10
	mov	$0x0200, %ax
	mov	$0x054e, %dx
	xor	%bx, %bx
	int	$0x10
	mov	$0x0957, %ax			// runs over the end of the row
	mov	$0x001e, %bx
	mov	$8, %cx
	int	$0x10
	stop
	end_boot
