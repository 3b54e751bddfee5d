// format: elf
// expect: "elf 0"
// exit: halt
.code32
.globl start
start:
	mov	$text, %esi
	mov	$4, %ecx
	mov	$0xf1, %edx
	rep outsb
	mov	zero, %al		// .bss is cleared
	add	$'0', %al
	out	%al, $0xf1
	hlt
.data
text:	.ascii	"elf "
.bss
zero:	.skip	8
