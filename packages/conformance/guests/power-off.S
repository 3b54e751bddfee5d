// Power off by APM: connect, version, state of all devices to off.
	.include "boot.inc"
	begin_boot
	print	"bye"
	mov	$0x5300, %ax
	xor	%bx, %bx
	int	$0x15
	print_carry
	print16	%bx
	mov	$0x5301, %ax
	xor	%bx, %bx
	int	$0x15
	mov	$0x530e, %ax
	xor	%bx, %bx
	mov	$0x0102, %cx
	int	$0x15
	mov	$0x5307, %ax
	mov	$1, %bx
	mov	$3, %cx
	int	$0x15
	print	"still here"
	stop
	end_boot
