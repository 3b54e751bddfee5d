// Function 08h reads back what stands at the cursor; 0Fh says which mode the screen is in.
	.include "boot.inc"
	begin_boot
	mov	$3, %ax
	int	$0x10
	mov	$0x0951, %ax
	mov	$0x002d, %bx
	mov	$1, %cx
	int	$0x10
	mov	$0x0800, %ax
	xor	%bx, %bx
	int	$0x10
	mov	$0x02, %ah
	push	%ax
	mov	$0x0800, %ax
	int	$0x10
	pop	%bx
	call	newline
	print16	%ax
	print16	%bx
	mov	$0x0f00, %ax
	mov	$0xffff, %bx
	int	$0x10
	print16	%ax
	print16	%bx
	mov	$0x0002, %ax
	int	$0x10
	mov	$0x0f00, %ax
	int	$0x10
	print16	%ax
	mov	$0x0083, %ax			// bit 7: the screen is not cleared
	int	$0x10
	mov	$0x0f00, %ax
	int	$0x10
	call	newline
	print16	%ax
	stop
	end_boot
