//! flags: -m32 -nostdlib
//! script: high32.lds
#include "ports.h"
#define REG(n) (COM1 + n)
#define SET(n, v) mov $REG(n), %dx ; mov $v, %al ; out %al, %dx
.globl _start, putc, puts
_start:
	SET(1, 0)
	SET(3, 0x80)
	SET(0, 3)
	SET(1, 0)
	SET(3, 3)
	SET(2, 0xc7)
	SET(4, 0x0b)
	pushl $banner
	call puts
	popl %ecx
0:	hlt ; jmp 0b
putc:
	movw $REG(5), %dx
1:	inb %dx, %al
	testb $0x20, %al
	jz 1b
	movb 4(%esp), %al
	movw $REG(0), %dx
	outb %al, %dx
	ret
puts:
	pushl %esi
	movl 8(%esp), %esi
1:	movzbl (%esi), %eax
	incl %esi
	testl %eax, %eax
	jz 2f
	pushl %eax
	call putc
	addl $4, %esp
	jmp 1b
2:	popl %esi
	ret
.section .rodata.str1.1, "aMS", @progbits, 1
banner:	.string "serial\r\n"
	.string "port\r\n"
	.string "port\r\n"
