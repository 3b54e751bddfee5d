//! flags: -m32 -nostdlib
//! script: high32.lds
#define AT(x) (x - trampoline + 0x8000)
.globl _start
_start:
	mov $trampoline, %esi
	mov $0x8000, %edi
	mov $trampoline_end - trampoline, %ecx
	rep movsb
	movl $0xfee00300, %esi
	movl $0x000c4500, (%esi)
	movl $0x000c4608, (%esi)
1:	pause
	cmpl $0, ready
	je 1b
	hlt
.code16
trampoline:
	cli
	cs
	lgdtl AT(descriptor)
	movl %cr0, %eax
	orb $1, %al
	movl %eax, %cr0
	ljmpl $8, $AT(1f)
.code32
1:	mov $16, %ax
	mov %ax, %ds
	lock incl ready
	cpuid
	hlt
.align 8
table:	.quad 0, 0xcf9a000000ffff, 0xcf92000000ffff
descriptor:
	.word 23
	.long AT(table)
trampoline_end:
.data
ready:	.long 0
