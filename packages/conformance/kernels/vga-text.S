//! flags: -m32 -nostdlib
//! script: high32.lds
.equiv COLUMNS, 80
.equiv ROWS, 25
VGA = 0xb8000
.globl _start
_start:
	mov $VGA, %edi
	mov $COLUMNS*ROWS, %ecx
	mov $0x0720, %eax
	cld
	rep stosw
	mov $VGA + 2*(COLUMNS*12 + 30), %edi
	mov $line, %esi
1:	lodsb
	or %al, %al
	jz scroll
	mov $0x4e, %ah
	mov %ax, (%edi)
	add $2, %edi
	jmp 1b
scroll:
	mov $VGA + 2*COLUMNS, %esi
	mov $VGA, %edi
	mov $(ROWS-1)*COLUMNS/2, %ecx
	rep; movsl
	mov $0x3d4, %dx
	mov $0x0e, %al
	out %al, %dx
	inc %dx
	mov cursor+1, %al
	out %al, %dx
	jmp .
line:	.asciz "twelve", "unused"
cursor:	.word 80*12
