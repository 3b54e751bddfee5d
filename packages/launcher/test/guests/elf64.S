// bits: 64
// format: elf
// not on software: no long mode in v86
// expect: "long"
// exit: halt
.globl start
start:
	movabs	$0x676e6f6c00000001, %rax
	shr	$32, %rax
	lea	text(%rip), %rsi
	mov	%eax, (%rsi)
	mov	$4, %ecx
	mov	$0xf1, %edx
	rep outsb
	cli
	hlt
.data
text:	.ascii	"????"
