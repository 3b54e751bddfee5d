// A jump to where no memory is.
// expect: "j"
// exit: failed
.code16
start:
	mov	$'j', %al
	outb	%al, $0xf1
	lgdtl	%cs:gdtr
	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	ljmpl	$8, $0x40000000
.balign 8
gdt:	.quad	0
	.quad	0x00cf9b000000ffff
	.quad	0x00cf93000000ffff
gdtr:	.word	. - gdt - 1
	.long	0xf0000 + gdt
. = 0xfff0
	ljmp	$0xf000, $start
