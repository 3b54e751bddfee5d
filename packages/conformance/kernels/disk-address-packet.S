//! flags: -m16 -nostdlib
//! script: boot.lds
.globl _start
_start:
	mov $dap, %si
	mov $0x42, %ah
	mov $0x80, %dl
	int $0x13
	jc 1f
	jmpl *dap+4
1:	hlt
	jmp 1b
.balign 4
dap:
	.byte dap_end - dap, 0
	.word 32
	.word 0, 0x2000
	.quad 1
dap_end:
	.if dap_end - dap != 16
	.error "a disk address packet has 16 bytes"
	.endif
