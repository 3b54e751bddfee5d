//! flags: -m16 -nostdlib
//! script: boot.lds
.include "macros.inc"
.globl _start
_start:
	save ax, bx, cx, dx
	print_chars 'H', 'i', '!'
	restore dx, cx, bx, ax
.macro unique
1:	loop 1b
	jmp .Lskip\@
	nop
.Lskip\@:
.endm
	unique
	unique
	.rept 3
	unique
	.endr
	hlt
