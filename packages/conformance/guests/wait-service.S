// int 15h, function 86h waits: a count-down with pauses.
	.include "boot.inc"
	begin_boot
	mov	$'3', %bl
1:	mov	%bl, %al
	call	putc
	mov	$1, %cx
	mov	$0x86a0, %dx			// 0.1 s
	mov	$0x8600, %ax
	int	$0x15
	print_carry
	dec	%bl
	cmp	$'0', %bl
	jae	1b
	print	"lift off"
	stop
	end_boot
