// The clock by int 1Ah, functions 02h and 04h, and by ports 70h and 71h: year, month, day, and that seconds are BCD.
	.include "boot.inc"
	begin_boot
	mov	$4, %ah
	int	$0x1a
	print_carry
	print16	%cx
	print16	%dx
	mov	$2, %ah
	int	$0x1a
	print_carry
	mov	%dh, %al
	and	$0x0f, %al
	cmp	$9, %al
	ja	1f
	print	"bcd "
1:	mov	$0x0a, %al
2:	out	%al, $0x70
	in	$0x71, %al
	test	$0x80, %al
	jnz	1b
	mov	$9, %al
	out	%al, $0x70
	in	$0x71, %al
	print8	%al
	mov	$0x0b, %al
	out	%al, $0x70
	in	$0x71, %al
	print8	%al
	mov	$0x0d, %al
	out	%al, $0x70
	in	$0x71, %al
	print8	%al
	stop
	end_boot
