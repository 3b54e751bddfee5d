// Protected mode without an IDT: the first fault becomes the third.
// expect: "t"
// exit: shutdown
.code16
start:
	mov	$'t', %al
	outb	%al, $0xf1
	lidtl	%cs:idtr
	lgdtl	%cs:gdtr
	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	ljmpl	$8, $0xf0000 + flat
.code32
flat:
	ud2
	hlt
.balign 8
gdt:	.quad	0
	.quad	0x00cf9b000000ffff
	.quad	0x00cf93000000ffff
gdtr:	.word	. - gdt - 1
	.long	0xf0000 + gdt
idtr:	.word	0
	.long	0
. = 0xfff0
.code16
	ljmp	$0xf000, $start
