//! flags: -nostdlib -ffreestanding
//! script: reset16.lds
// Endless loop at the reset vector's target.
.code16
.text
start:
	xor %ax, %ax
1:	jmp 1b
.section .reset, "ax"
	ljmp $0xf000, $start
