// Paging: two linear pages onto one physical page, and #PF with the address in CR2.
// expect: "same fault 00c00000"
// exit: halt
#include "protected.h"
.code16
start:
	enter_protected
	flat_stack
	clear	0x1000, 0x400
	gate	14, fault
	lidt	%cs:0xf0000 + idtr
	// Directory at 3000h; tables at 4000h: the first 4 MiB as they are, and 5000h: 400000h onto 200000h.
	clear	0x3000, 0xc00
	movl	$0x4003, 0x3000
	movl	$0x5003, 0x3004
	mov	$3, %eax
	mov	$0x4000, %edi
	mov	$1024, %ecx
1:	stosl
	add	$0x1000, %eax
	loop	1b
	movl	$0x200003, 0x5000
	mov	$0x3000, %eax
	mov	%eax, %cr3
	mov	%cr0, %eax
	or	$0x80000000, %eax
	mov	%eax, %cr0
	jmp	2f
2:	movl	$0x656d6173, 0x400000
	mov	$0x200000, %esi
	mov	$4, %ecx
	mov	$0xf1, %edx
	rep outsb
	mov	$' ', %al
	out	%al, $0xf1
	mov	0xc00000, %eax
	hlt
fault:	mov	$0xf0000 + text, %esi
	mov	$6, %ecx
	mov	$0xf1, %edx
	rep outsb
	mov	%cr2, %ebx
	mov	$8, %ecx
3:	rol	$4, %ebx
	mov	%bl, %al
	and	$15, %al
	add	$'0', %al
	cmp	$'9', %al
	jbe	4f
	add	$'a' - '9' - 1, %al
4:	out	%al, $0xf1
	loop	3b
	hlt
text:	.ascii	"fault "
	idt_at_1000h
	flat_gdt
	reset_vector
