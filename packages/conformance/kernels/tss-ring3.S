//! flags: -m32 -nostdlib
//! script: high32.lds
.struct 0
tss_link:	.struct tss_link + 4
tss_esp0:	.struct tss_esp0 + 4
tss_ss0:	.struct tss_ss0 + 4
tss_rest:	.struct tss_rest + 92
tss_size:
.text
.globl _start
_start:
	movl $stack0, tss + tss_esp0
	movl $0x10, tss + tss_ss0
	movw $0x28, %ax
	ltr %ax
	movl $tss, %eax
	movw %ax, gdt_tss + 2
	shrl $16, %eax
	movb %al, gdt_tss + 4
	movb %ah, gdt_tss + 7
	pushl $0x23
	pushl $stack3
	pushfl
	orl $0x200, (%esp)
	pushl $0x1b
	pushl $user
	iret
user:	movl $1, %eax
	int $0x80
	str %bx
	sldt %ax
	lar %ax, %ecx
	verw %ax
	arpl %ax, (%ebx)
	jmp user
.data
gdt_tss: .word tss_size - 1, 0
	.byte 0, 0x89, 0, 0
tss:	.skip tss_size
	.skip 256
stack0:	.skip 256
stack3:
