//! flags: -m64 -nostdlib -static
//! script: long64.lds
#define ENTRY(name) .globl name ; .type name, @function ; .p2align 4 ; name:
#define END(name) .size name, . - name
.text
ENTRY(memcpy)
	movq %rdi, %rax
	movq %rdx, %rcx
	shrq $3, %rcx
	rep movsq
	andl $7, %edx
	movl %edx, %ecx
	rep movsb
	ret
END(memcpy)
ENTRY(strlen)
	xorl %eax, %eax
	cmpb $0, (%rdi)
	je 2f
1:	addq $1, %rax
	cmpb $0, (%rdi,%rax)
	jne 1b
2:	ret
END(strlen)
ENTRY(memset)
	movq %rdi, %r9
	movzbl %sil, %eax
	movabsq $0x0101010101010101, %r8
	imulq %r8, %rax
	movq %rdx, %rcx
	rep stosb
	xchgq %r9, %rax
	ret
END(memset)
ENTRY(atomic)
	movl $1, %eax
	lock xaddl %eax, (%rdi)
	lock cmpxchg16b (%rsi)
	mfence
	pause
	bsrq %rdi, %rax
	bswapq %rax
	cmovneq %rdx, %rax
	btsq $63, %rax
	shldq $7, %rax, %rbx
	rdtscp
	swapgs
	sysretq
	movq %gs:0x28, %rax
	movl %fs:(%rcx), %r10d
	pushq $-128
	popq (%rsp)
	testb $1, %r8b
	jmp *table(,%rax,8)
END(atomic)
.data
table:	.quad memcpy, strlen, memset, atomic
