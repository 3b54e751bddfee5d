//! flags: -m16 -nostdlib
//! script: com.lds
.text
_start:
	mov $0xbeef, %ax
	call print_hex
	mov $0x4c00, %ax
	int $0x21
print_hex:
	mov $4, %cx
1:	rol $4, %ax
	push %ax
	and $0xf, %al
	add $'0', %al
	cmp $'9', %al
	jbe 2f
	add $'a'-'9'-1, %al
2:	mov %al, %dl
	mov $2, %ah
	int $0x21
	pop %ax
	loop 1b
	ret
.data
	.byte 'x', '\n', '\\, '"', '\'
	.ascii "tab\there\061\x41\"", "next"
