//! flags: -nostdlib -static
//! script: long64.lds
.section .boot, "awx"
.code32
.globl _start
_start:
	cli
	movl $pml4, %eax
	movl %eax, %cr3
	movl %cr4, %eax
	orl $(1 << 5), %eax
	movl %eax, %cr4
	movl $0xc0000080, %ecx
	rdmsr
	orl $(1 << 8), %eax
	wrmsr
	movl %cr0, %eax
	orl $((1 << 31) | 1), %eax
	movl %eax, %cr0
	lgdt gdtr
	ljmpl $8, $start64
.code64
.text
start64:
	xorl %eax, %eax
	movw %ax, %ds
	movw %ax, %ss
	movabsq $0x1122334455667788, %rbx
	leaq stack_top(%rip), %rsp
	movq $-1, %rcx
	movq %rcx, counter(%rip)
	lock incq counter(%rip)
	movq pml4, %r8
	movl $pml4, %r9d
	callq *handler(%rip)
1:	hlt
	jmp 1b
handle:
	pushq %r12
	pushq %rax
	movzbl (%rdi,%r9,4), %edx
	movslq %edx, %rdx
	popq %rax
	popq %r12
	retq
.data
handler: .quad handle
counter: .quad 0
.balign 8
gdt:	.quad 0, 0x00af9a000000ffff, 0x00cf92000000ffff
gdtr:	.word . - gdt - 1
	.long gdt
.section .tables, "aw"
.balign 4096
pml4:	.quad pdpt + 3
	.fill 511, 8, 0
pdpt:	.quad pd + 3
	.zero 4088
pd:	.set address, 0
	.rept 512
	.quad address | 0x83
	.set address, address + 0x200000
	.endr
.bss
	.balign 16
	.space 1024
stack_top:
