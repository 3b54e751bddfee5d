//! flags: -m32 -nostdlib
//! script: high32.lds
.data
squares:
	n = 0
	.rept 64
	.long n * n
	n = n + 1
	.endr
reversed:
	n = 255
	.rept 256
	.byte (n & 1) << 7 | (n & 2) << 5 | (n & 4) << 3 | (n & 8) << 1 | (n >> 1) & 8 | (n >> 3) & 4 | (n >> 5) & 2 | (n >> 7) & 1
	n = n - 1
	.endr
pages:	.irp a, 0x1000, 0x2000, 0x3000
	.quad \a | 7
	.endr
	.irpc c, hello
	.ascii "\c"
	.endr
	.octa 0x0123456789abcdef0123456789abcdef
	.float 1.5, -0.1
	.double 3.14159265358979
	.sleb128 -129, 64
	.uleb128 624485
	.2byte 1, 2
	.4byte 3
	.8byte 4
	.dc.w 5
	.dcb.b 3, 0xcc
	.fill 3, 2, 0x1234
	.org reversed + 512
	.text
.globl _start
_start:	movzbl reversed(%eax), %eax
	mov squares(,%ecx,4), %edx
	ret
