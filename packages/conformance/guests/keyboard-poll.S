// Function 01h looks without waiting, 10h and 11h are those of longer keyboards, 02h tells of shift.
//! keys: "xyz"
	.include "boot.inc"
	begin_boot
	print	"> "
1:	mov	$1, %ah
	int	$0x16
	jz	1b
	print16	%ax
	mov	$0, %ah
	int	$0x16
	print16	%ax
2:	mov	$0x11, %ah
	int	$0x16
	jz	2b
	mov	$0x10, %ah
	int	$0x16
	print16	%ax
	mov	$0x10, %ah
	int	$0x16
	print16	%ax
	mov	$0x0500, %ax
	mov	$0x1e61, %cx
	int	$0x16
	print8	%al
	mov	$0, %ah
	int	$0x16
	print16	%ax
	mov	$2, %ah
	int	$0x16
	print8	%al
	stop
	end_boot
