//! flags: -m16 -nostdlib
//! script: boot.lds
#define SECTORS 17
#define SEGMENT 0x1000
.globl _start
_start:
	xor %ax, %ax
	mov %ax, %ds
	mov %dl, drive
	mov $3, %di
retry:
	mov $SEGMENT, %bx
	mov %bx, %es
	xor %bx, %bx
	mov $(0x0200 | SECTORS), %ax
	mov $0x0002, %cx
	xor %dh, %dh
	mov drive, %dl
	int $0x13
	jnc loaded
	dec %di
	jz failed
	xor %ax, %ax
	int $0x13
	jmp retry
failed:
	mov $error, %si
	mov $(error_end - error), %cx
1:	lodsb
	mov $0xe, %ah
	int $0x10
	loop 1b
	cli
2:	hlt
	jmp 2b
loaded:
	mov drive, %dl
	ljmp $SEGMENT, $0
drive:	.byte 0
error:	.ascii "disk error"
error_end:
