//! flags: -m16 -nostdlib
//! script: boot.lds
#include "ports.h"
.globl _start
_start:
	call check_a20
	jnz done
	mov $0x2401, %ax
	int $0x15
	call check_a20
	jnz done
	in $0x92, %al
	or $2, %al
	and $~1, %al
	out %al, $0x92
	call check_a20
	jnz done
	call wait_input
	OUTB(KEYBOARD_STATUS, 0xd1)
	call wait_input
	OUTB(KEYBOARD_DATA, 0xdf)
	call wait_input
done:	hlt
	jmp done
wait_input:
	inb $KEYBOARD_STATUS, %al
	testb $2, %al
	jnz wait_input
	ret
check_a20:
	push %ds
	push %es
	xor %ax, %ax
	mov %ax, %ds
	not %ax
	mov %ax, %es
	mov $0x500, %si
	mov $0x510, %di
	movb (%si), %al
	movb %es:(%di), %ah
	movb $0x00, (%si)
	movb $0xff, %es:(%di)
	cmpb $0xff, (%si)
	movb %al, (%si)
	movb %ah, %es:(%di)
	pop %es
	pop %ds
	ret
