//! flags: -m32 -nostdlib
//! script: high32.lds
#include "ports.h"
.globl _start
_start:
	lgdt gdtr
	ljmp $0x08, $1f
1:	mov $0x10, %eax
	mov %eax, %ds
	mov %eax, %ss
	mov $stack_top, %esp
	push $0
	popf
	call main
2:	cli
	hlt
	jmp 2b
main:
	push %ebp
	mov %esp, %ebp
	sub $16, %esp
	movl $0, -4(%ebp)
	jmp 2f
1:	addl $1, -4(%ebp)
2:	cmpl $9, -4(%ebp)
	jle 1b
	leave
	ret
.section .rodata
.align 8
gdt:
	GDT_ENTRY(0, 0, 0, 0)
	GDT_ENTRY(0, 0xfffff, 0x9a, 0xc)
	GDT_ENTRY(0, 0xfffff, 0x92, 0xc)
	GDT_ENTRY(0x12345678, 0x67, 0x89, 0)
gdt_end:
.data
gdtr:	.word gdt_end - gdt - 1
	.long gdt
.bss
.align 16
	.skip 4096
stack_top:
