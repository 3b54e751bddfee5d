// A task in virtual-8086 mode: its interrupt lands in a monitor in ring 0.
	.include "boot.inc"
	.include "protected.inc"
	.macro	more_descriptors
	.word	0x67, 0x2000, 0x8900, 0
	.endm
	begin_boot
	enter_protected more_descriptors
	mov	$0x2000, %edi
	mov	$26, %ecx
	xor	%eax, %eax
	rep stosl
	movl	$0x7000, 0x2004
	movl	$0x10, 0x2008
	movw	$0x68, 0x2066
	mov	$0x18, %ax
	ltr	%ax
	mov	$monitor, %eax
	mov	%ax, 0x1000 + 13 * 8
	movw	$8, 0x1000 + 13 * 8 + 2
	movl	$0x8e00, 0x1000 + 13 * 8 + 4
	lidt	idt_register
	xor	%eax, %eax
	push	%eax
	push	%eax
	push	$0xb800
	push	%eax
	push	%eax
	push	$0x6000
	push	$0x20002
	push	%eax
	push	$task
	iret
	.code16
task:	movw	$0x2f56, %es:640
	mov	$0xb800, %ax
	mov	%ax, %ds
	movw	$0x2f38, 642
	mov	%cs, %bx
	hlt
	.code32
monitor:
	mov	$0x10, %eax
	mov	%eax, %ds
	mov	%eax, %es
	say	"from v86 "
	pop	%eax
	say_number %eax
	mov	8(%esp), %eax
	and	$0x20000, %eax
	say_number %eax
	movzwl	%bx, %ebx
	say_number %ebx
	stop
	idt_of	0x30
	end_protected
