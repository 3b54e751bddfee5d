//! flags: -m32 -nostdlib
//! script: boot.lds
.globl _start
.code16
_start:
	cli
	xorw %ax, %ax
	movw %ax, %ds
	lgdt gdt_descriptor
	movl %cr0, %eax
	orl $1, %eax
	movl %eax, %cr0
	ljmpl $code_selector, $protected
.code32
protected:
	movw $data_selector, %ax
	.irp s, ds, es, fs, gs, ss
	movw %ax, %\s
	.endr
	movl $0x90000, %esp
	movl $0xb8000, %edi
	movl $text, %esi
	movb $0x1f, %ah
1:	lodsb
	testb %al, %al
	je 2f
	stosw
	jmp 1b
2:	hlt
	jmp 2b
text:	.string "protected mode"
	.p2align 3
gdt:	.quad 0
code:	.quad 0x00cf9a000000ffff
data:	.word 0xffff, 0
	.byte 0, 0x92, 0xcf, 0
gdt_end:
gdt_descriptor:
	.word gdt_end - gdt - 1
	.long gdt
	.set code_selector, code - gdt
	.set data_selector, data - gdt
