// Unreal mode: 4 GiB limits in real mode's data segments, kept after leaving protected mode.
// not on software: v86 goes back to the limits of real mode
// expect: "U"
// exit: halt
.code16
start:
	cli
	lgdtl	%cs:gdtr
	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	jmp	1f
1:	mov	$16, %bx
	mov	%bx, %ds
	and	$0xfe, %al
	mov	%eax, %cr0
	jmp	2f
2:	mov	$0x200000, %ebx
	movb	$'U', (%ebx)
	mov	(%ebx), %al
	out	%al, $0xf1
	hlt
.balign 8
gdt:	.quad	0
	.quad	0x00cf9b000000ffff
	.quad	0x00cf93000000ffff
gdtr:	.word	. - gdt - 1
	.long	0xf0000 + gdt
. = 0xfff0
.code16
	ljmp	$0xf000, $start
