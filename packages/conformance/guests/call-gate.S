// A local descriptor table and a call gate with a parameter.
	.include "boot.inc"
	.include "protected.inc"
	.macro	more_descriptors
	.word	0x1f, ldt, 0x8200, 0
	.endm
	begin_boot
	enter_protected more_descriptors
	mov	$0x18, %ax
	lldt	%ax
	mov	$gate_target, %eax
	mov	%ax, ldt + 8
	mov	$0x14, %ax
	mov	%ax, %gs
	movb	$0x77, 0x500
	movzbl	%gs:0, %eax
	say_number %eax
	lcall	$0x0c, $0
	say	"back"
	sldt	%ax
	movzwl	%ax, %eax
	say_number %eax
	stop
gate_target:
	say	"through the gate "
	lret
	.balign	8
ldt:	.quad	0
	.word	0, 8, 0x8c00, 0
	.word	0x0fff, 0x0500, 0x9300, 0
	.quad	0
	end_protected
