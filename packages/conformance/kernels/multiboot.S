//! flags: -m32 -nostdlib
//! script: high32.lds
#define MAGIC 0x1BADB002
#define FLAGS (1 << 0 | 1 << 1)
.section .multiboot, "a"
.align 4
	.long MAGIC
	.long FLAGS
	.long -(MAGIC + FLAGS)
.section .text
.global _start
.type _start, @function
_start:
	mov $stack_top, %esp
	cmp $0x2BADB002, %eax
	jne bad
	mov %ebx, information
	testl $0x40, (%ebx)
	jz bad
	mov 44(%ebx), %ecx
	mov 48(%ebx), %edi
	lea (%edi,%ecx,1), %esi
1:	cmp %esi, %edi
	jae bad
	mov (%edi), %eax
	lea 4(%edi,%eax), %edi
	jmp 1b
bad:	cli
	hlt
	jmp bad
.size _start, . - _start
.section .bss, "aw", @nobits
.comm scratch, 64, 16
.lcomm information, 4
.align 16
stack_bottom: .skip 16384
stack_top:
