// A raw image: the addresses stand in the header (flag 16).
//! kind: multiboot
//! flags: -m32 -nostdlib -static -Wl,-Ttext=0x100000,--oformat,binary,-e,_start
	.include "stop.inc"
	.include "protected.inc"
	.text
	.globl	_start
header:	.long	0x1badb002, 0x00010003, -(0x1badb002 + 0x00010003)
	.long	header, header, end_of_data, end_of_bss, _start
_start:
	mov	$end_of_bss, %esp
	movl	$0xb8000, position
	mov	%eax, %ebp
	mov	$0xb8000, %edi
	mov	$0x07200720, %eax
	mov	$1000, %ecx
	cld
	rep stosl
	say	"raw "
	say_number %ebp
	say_number end_of_data
	stop
	text_routines
end_of_data = .
end_of_bss = . + 4096
