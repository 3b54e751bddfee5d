// 32-bit paging: the first 4 MiB mapped to themselves, another page at 400000h, a page fault with its address and code.
	.include "boot.inc"
	.include "protected.inc"
	begin_boot
	enter_protected
	mov	$0x100000, %edi
	mov	$0x800, %ecx
	xor	%eax, %eax
	rep stosl
	mov	$0x101000, %edi
	mov	$3, %eax
1:	stosl
	add	$0x1000, %eax
	cmp	$0x400000, %eax
	jb	1b
	movl	$0x101003, 0x100000
	movl	$0x102003, 0x100004
	movl	$0x000b8003, 0x102000
	mov	$0x100000, %eax
	mov	%eax, %cr3
	mov	%cr0, %eax
	or	$0x80000000, %eax
	mov	%eax, %cr0
	say	"paging "
	movw	$0x1e21, 0x400000 + 160
	interrupt_gate 14, fault
	lidt	idt_register
	mov	0x123456, %eax
	movl	$1, 0xdeadbeef
	mov	0xc0000000, %ebx
	say	"after"
	stop
fault:	say	"fault "
	mov	%cr2, %eax
	say_number %eax
	pop	%eax
	say_number %eax
	cmpb	$0xc7, (%esp)
	mov	(%esp), %eax
	cmpb	$0xc7, (%eax)
	jne	2f
	addl	$10, (%esp)
	iret
2:	addl	$6, (%esp)
	iret
	idt_of	0x30
	end_protected
