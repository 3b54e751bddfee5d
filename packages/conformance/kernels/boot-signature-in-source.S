//! flags: -nostdlib
//! script: plain.lds
.code16
.org 0
start:	ljmp $0x07c0, $1f
1:	mov %cs, %ax
	mov %ax, %ds
	movb $0x13, %al
	xor %ah, %ah
	int $0x10
	mov $0xa000, %ax
	mov %ax, %es
	xor %di, %di
	mov $320*200, %cx
	mov $4, %al
	rep stosb
	jmp .
	.fill 510-(.-start), 1, 0
	.word 0xaa55
