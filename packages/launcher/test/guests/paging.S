// Paging: two linear pages onto one physical page, and #PF with the address in CR2.
// expect: "same fault 00c00000"
// exit: halt
	.macro	gate vector, handler
	movl	$0x80000 + \handler, 0x1000 + \vector * 8
	movl	$0xf8e00, 0x1004 + \vector * 8
	.endm
.code16
start:
	lgdtl	%cs:gdtr
	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	ljmpl	$8, $0xf0000 + flat
.code32
flat:
	mov	$16, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	$0x7000, %esp
	mov	$0x1000, %edi
	xor	%eax, %eax
	mov	$0x400, %ecx
	rep stosl
	gate	14, fault
	lidt	%cs:0xf0000 + idtr
	// Directory at 3000h; tables at 4000h: the first 4 MiB as they are, and 5000h: 400000h onto 200000h.
	mov	$0x3000, %edi
	xor	%eax, %eax
	mov	$0xc00, %ecx
	rep stosl
	movl	$0x4003, 0x3000
	movl	$0x5003, 0x3004
	mov	$3, %eax
	mov	$0x4000, %edi
	mov	$1024, %ecx
1:	stosl
	add	$0x1000, %eax
	loop	1b
	movl	$0x200003, 0x5000
	mov	$0x3000, %eax
	mov	%eax, %cr3
	mov	%cr0, %eax
	or	$0x80000000, %eax
	mov	%eax, %cr0
	jmp	2f
2:	movl	$0x656d6173, 0x400000
	mov	$0x200000, %esi
	mov	$4, %ecx
	mov	$0xf1, %edx
	rep outsb
	mov	$' ', %al
	out	%al, $0xf1
	mov	0xc00000, %eax
	hlt
fault:	mov	$0xf0000 + text, %esi
	mov	$6, %ecx
	mov	$0xf1, %edx
	rep outsb
	mov	%cr2, %ebx
	mov	$8, %ecx
3:	rol	$4, %ebx
	mov	%bl, %al
	and	$15, %al
	add	$'0', %al
	cmp	$'9', %al
	jbe	4f
	add	$'a' - '9' - 1, %al
4:	out	%al, $0xf1
	loop	3b
	hlt
text:	.ascii	"fault "
idtr:	.word	0x7ff
	.long	0x1000
.balign 8
gdt:	.quad	0
	.quad	0x00cf9b000000ffff
	.quad	0x00cf93000000ffff
gdtr:	.word	. - gdt - 1
	.long	0xf0000 + gdt
. = 0xfff0
.code16
	ljmp	$0xf000, $start
