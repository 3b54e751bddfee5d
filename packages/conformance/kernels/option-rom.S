//! flags: -m16 -nostdlib
//! script: option-rom.lds
.section .header, "ax"
	.word 0xaa55
	.byte rom_blocks
	jmp init
	.org 0x18
	.word pci - 0
	.org 0x1a
	.word pnp
pci:	.ascii "PCIR"
	.word 0x1234, 0x5678
pnp:	.ascii "$PnP"
	.byte 1, 2
.text
init:	pushf
	push %cs
	pop %ds
	mov $text, %si
	cld
1:	lodsb
	and %al, %al
	jz 2f
	mov $0xe, %ah
	int $0x10
	jmp 1b
2:	popf
	lret
.section .rodata
text:	.asciz "option ROM"
