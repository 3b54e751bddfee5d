// An IDT of one's own: divide error, breakpoint, overflow, invalid opcode, general protection with its error code, a software interrupt.
	.include "boot.inc"
	.include "protected.inc"
	.equ	idt, 0x1000
	begin_boot
	enter_protected
	mov	$gates, %esi
	mov	$6, %ecx
1:	movzbl	(%esi), %edi
	mov	1(%esi), %ax
	mov	%ax, idt(, %edi, 8)
	movw	$8, idt + 2(, %edi, 8)
	movl	$0x8e00, idt + 4(, %edi, 8)
	add	$3, %esi
	loop	1b
	lidt	idt_register
	xor	%edx, %edx
	div	%ecx
	int3
	mov	$0x7f, %al
	add	$1, %al
	into
	ud2
	mov	$0x1230, %eax
	mov	%eax, %fs
	int	$0x30
	say	"back"
	stop
divide:	say	"divide "
	addl	$2, (%esp)
	iret
breakpoint:
	say	"breakpoint "
	iret
overflow:
	say	"overflow "
	iret
opcode:	say	"opcode "
	addl	$2, (%esp)
	iret
protection:
	say	"protection "
	pop	%eax
	say_number %eax
	addl	$2, (%esp)
	iret
own:	say	"call "
	iret
	.macro	gate	vector, target
	.byte	\vector
	.word	\target
	.endm
gates:	gate	0, divide
	gate	3, breakpoint
	gate	4, overflow
	gate	6, opcode
	gate	13, protection
	gate	0x30, own
idt_register:
	.word	0x31 * 8 - 1
	.long	idt
	end_protected
