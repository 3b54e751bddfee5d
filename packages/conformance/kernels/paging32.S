//! flags: -m32 -nostdlib
//! script: high32.lds
#define PAGE_SIZE 4096
#define KERNEL_BASE 0xc0000000
#define PHYSICAL(x) ((x) - KERNEL_BASE)
.text
.globl _start
_start:
	movl $page_table, %edi
	movl $0x003, %eax
	movl $1024, %ecx
1:	stosl
	addl $PAGE_SIZE, %eax
	decl %ecx
	jnz 1b
	movl $page_table + 3, page_directory
	movl $page_table + 3, page_directory + (KERNEL_BASE >> 22) * 4
	movl $page_directory, %eax
	movl %eax, %cr3
	movl %cr0, %eax
	orl $0x80000000, %eax
	movl %eax, %cr0
	lea higher + KERNEL_BASE, %eax
	jmp *%eax
higher:
	invlpg 0
	movl %cr3, %ecx
	movl %ecx, %cr3
	wbinvd
	call 1f
1:	popl %ebx
	addl $(2f - 1b), %ebx
	ud2
2:	sysenter
.bss
.balign PAGE_SIZE
page_directory: .skip PAGE_SIZE
page_table: .skip PAGE_SIZE
