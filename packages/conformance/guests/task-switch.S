// A task switch by a far jump to a TSS, and one back.
	.include "boot.inc"
	.include "protected.inc"
	.macro	more_descriptors
	.word	0x67, 0x2000, 0x8900, 0
	.word	0x67, 0x3000, 0x8900, 0
	.endm
	begin_boot
	enter_protected more_descriptors
	mov	$0x2000, %edi
	mov	$0x800, %ecx
	xor	%eax, %eax
	rep stosl
	movl	$other, 0x3020
	movl	$2, 0x3024
	movl	$0x6000, 0x3038
	movl	$0x77, 0x3028
	movl	$8, 0x304c
	movl	$0x10, 0x3048
	movl	$0x10, 0x3050
	movl	$0x10, 0x3054
	mov	$0x18, %ax
	ltr	%ax
	mov	$0x55, %ebx
	say	"one "
	ljmp	$0x20, $0
	say	"one again "
	say_number %ebx
	str	%ax
	movzwl	%ax, %eax
	say_number %eax
	stop
other:	say	"two "
	say_number %eax
	ljmp	$0x18, $0
	end_protected
