//! flags: -m64 -nostdlib -static
//! script: long64.lds
.text
.globl main
.type main, @function
main:
	.cfi_startproc
	pushq %rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq %rsp, %rbp
	.cfi_def_cfa_register %rbp
	subq $32, %rsp
	movl %edi, -20(%rbp)
	leaq message(%rip), %rdi
	movl $length, %esi
	call write
	cltq
	cqto
	idivq divisor(%rip)
	movss value(%rip), %xmm0
	cvtss2sd %xmm0, %xmm1
	addsd %xmm1, %xmm0
	movaps %xmm0, -16(%rbp)
	pxor %xmm2, %xmm2
	fldl real(%rip)
	fmulp
	fstpl real(%rip)
	leave
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc
	.size main, .-main
.local write
write:	mov $0xe9, %dx
	mov %rsi, %rcx
	mov %rdi, %rsi
	rep outsb
	xor %eax, %eax
	ret
.section .rodata
message: .ascii "sixty-four\n"
length = . - message
.data
	.balign 8
divisor: .quad 10
value:	.float 2.5
	.balign 8
real:	.double 1e10
