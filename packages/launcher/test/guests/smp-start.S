// Two CPUs: INIT and SIPI through the local APIC start the second at 8000h in real mode, which counts and halts.
// format: multiboot
// cpus: 2
// not on software: one CPU only
// expect: "up 2"
// exit: halt
.code32
.globl start
	.long	0x1badb002, 0, -0x1badb002
start:
	mov	$0x80000, %esp
	mov	$trampoline, %esi
	mov	$0x8000, %edi
	mov	$trampoline_end - trampoline, %ecx
	rep movsb
	movl	$0, 0x500
	mov	$0xfee00000, %ebx
	movl	$0x000c4500, 0x300(%ebx)	// INIT to all but this one
	mov	$100000, %ecx
1:	pause
	loop	1b
	movl	$0x000c4608, 0x300(%ebx)	// SIPI: vector 08h, address 8000h
2:	pause
	cmpl	$0, 0x500
	je	2b
	mov	$'u', %al
	out	%al, $0xf1
	mov	$'p', %al
	out	%al, $0xf1
	mov	$' ', %al
	out	%al, $0xf1
	mov	0x500, %eax
	add	$'1', %al
	out	%al, $0xf1
	cli
	hlt
	.code16
trampoline:
	cli
	xor	%ax, %ax
	mov	%ax, %ds
	lock incl	0x500
	hlt
trampoline_end:
