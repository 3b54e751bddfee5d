//! flags: -m16 -nostdlib
//! script: boot.lds
.globl _start
_start:
	xorl %ebx, %ebx
	movw $0x8000, %di
	xorw %bp, %bp
1:	movl $0xe820, %eax
	movl $0x534d4150, %edx
	movl $24, %ecx
	movl $1, %es:20(%di)
	int $0x15
	jc 2f
	cmpl $0x534d4150, %eax
	jne 2f
	jcxz 3f
	incw %bp
	addw $24, %di
3:	testl %ebx, %ebx
	jnz 1b
2:	movw %bp, count
	int $0x12
	movw %ax, lower
	cli
	hlt
count:	.word 0
lower:	.short 0
	. = 440
	.ascii "DISK"
	.org 446
partitions:
	.byte 0x80, 0x20, 0x21, 0, 0x83, 0xfe, 0xff, 0xff
	.int 2048, 204800
	.zero 48
