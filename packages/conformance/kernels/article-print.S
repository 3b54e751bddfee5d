//! flags: -nostdlib -ffreestanding
//! script: reset16.lds
#define IO_PORT 0xf1
.code16
start:
	mov $IO_PORT, %dx
	cs lea greeting, %si
	mov $14, %cx
	cs rep/outsb
	hlt
greeting:
	.asciz "Hello, World!\n"
.section .reset, "ax"
	ljmp $0xf000, $start
	.org 16
