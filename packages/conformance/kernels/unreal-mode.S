//! flags: -m16 -nostdlib
//! script: boot.lds
.globl _start
_start:
	cli
	push %ds
	lgdtl table
	mov %cr0, %eax
	or $1, %al
	mov %eax, %cr0
	jmp .+2
	mov $8, %bx
	mov %bx, %ds
	and $0xfe, %al
	mov %eax, %cr0
	pop %ds
	sti
	mov $0x100000, %edi
	movl $0xcafebabe, (%edi)
	movb $'U', %ds:(%edi,%ebx,8)
	rep stosl
	hlt
.align 4
table:	.word 15
	.long null
null:	.quad 0
flat:	.byte 0xff, 0xff, 0, 0, 0, 0b10010010, 0b11001111, 0
