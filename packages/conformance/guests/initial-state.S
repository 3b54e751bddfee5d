// What the BIOS hands to a boot sector: 0000:7C00, the drive, no data segment of its own, interrupts on.
	.code16
	.globl	_start
_start:
	pushf
	pop	%bp
	mov	%ds, %di
	call	1f
1:	pop	%bx
	sub	$(1b - _start), %bx
	push	%dx
	push	%es
	push	%ss
	push	%cs
	push	%bx
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss
	cld
	.include "boot.inc"
	pop	%ax
	call	puthex16			// offset
	pop	%ax
	call	puthex16			// cs
	pop	%ax
	call	puthex16			// ss
	pop	%ax
	call	puthex16			// es
	pop	%ax
	call	puthex8				// dl
	print16	%di
	and	$0x600, %bp
	print16	%bp
	stop
	end_boot
