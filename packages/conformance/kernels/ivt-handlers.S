//! flags: -m16 -nostdlib
//! script: reset16.lds
.altmacro
.macro vector n
	.word handler_\n, 0xf000
.endm
.macro handler n
handler_\n:
	pushw $\n
	jmp common
.endm
start:
	cli
	cld
	xor %di, %di
	mov %di, %es
	mov $vectors, %si
	mov $32*2, %cx
	cs rep movsw
	sti
1:	hlt
	jmp 1b
	.set i, 0
	.rept 32
	handler %i
	.set i, i + 1
	.endr
common:
	pusha
	mov %sp, %bp
	mov 16(%bp), %ax
	add $'A', %al
	outb %al, $0xe9
	popa
	add $2, %sp
	iretw
.data
vectors:
	.set i, 0
	.rept 32
	vector %i
	.set i, i + 1
	.endr
.section .reset, "ax"
	ljmp $0xf000, $start
