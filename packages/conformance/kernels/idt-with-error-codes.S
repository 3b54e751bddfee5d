//! flags: -m32 -nostdlib
//! script: high32.lds
.macro isr number, has_error=0
	.globl isr\number
	.type isr\number, @function
isr\number:
	.if \has_error == 0
	pushl $0
	.endif
	pushl $\number
	jmp isr_common
	.size isr\number, . - isr\number
	.pushsection .rodata.isr, "a", @progbits
	.long isr\number
	.popsection
.endm
.globl _start
_start:
	mov $table, %esi
	mov $(table_end - table) / 4, %ecx
1:	lodsl
	call *%eax
	loop 1b
	hlt
.section .rodata.isr, "a"
table:
.text
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7
	isr \n
	.endr
	isr 8, 1
	isr 9
	.irpc d, 01234
	isr 1\d, has_error=1
	.endr
isr_common:
	pushal
	pushl %ds
	pushl %es
	movw $0x10, %ax
	movw %ax, %ds
	movw %ax, %es
	pushl %esp
	call report
	addl $4, %esp
	popl %es
	popl %ds
	popal
	addl $8, %esp
	iretl
report:
	movl 4(%esp), %ebx
	movl 40(%ebx), %eax
	bt %eax, mask
	setc %al
	ret
.data
mask:	.long 0b101, 0x7d00
.section .rodata.isr
table_end:
