// The way from real mode to 64-bit mode, the first 2 MiB mapped as they are (SDM volume 3, 9.8.5), tables at 1000h to 3fffh.
#include "protected.h"

	.macro	enter_long
	enter_protected
	flat_stack
	clear	0x1000, 0xc00
	movl	$0x2003, 0x1000		// PML4 -> PDPT -> directory: 2 MiB as they are
	movl	$0x3003, 0x2000
	movl	$0x83, 0x3000
	mov	%cr4, %eax
	or	$0x20, %eax
	mov	%eax, %cr4
	mov	$0x1000, %eax
	mov	%eax, %cr3
	mov	$0xc0000080, %ecx
	rdmsr
	or	$0x100, %eax
	wrmsr
	mov	%cr0, %eax
	or	$0x80000000, %eax
	mov	%eax, %cr0
	ljmp	$0x18, $0xf0000 + .Llong
.code64
.Llong:
	.endm

	.macro	long_gdt
	flat_gdt 0x00af9b000000ffff
	.endm
