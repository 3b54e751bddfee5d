//! flags: -m16 -nostdlib
//! script: boot.lds
.global _start
_start:
	cli
	xorw %ax, %ax
	movw %ax, %ds
	movw %ax, %es
	movw %ax, %ss
	movw $0x7c00, %sp
	sti
	movw $message, %si
	call print
	jmp halt
print:
	lodsb
	testb %al, %al
	jz 1f
	movb $0x0e, %ah
	movw $0x0007, %bx
	int $0x10
	jmp print
1:	ret
halt:
	hlt
	jmp halt
message:
	.asciz "Hello from the boot sector\r\n"
