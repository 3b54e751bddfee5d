// CPUID and RDTSC: a vendor, a counter that goes on.
// expect: "ok"
// exit: halt
.code16
start:
	xor	%eax, %eax
	cpuid
	test	%eax, %eax
	jz	bad
	test	%ebx, %ebx
	jz	bad
	rdtsc
	mov	%eax, %esi
	mov	%edx, %edi
	mov	$1000, %cx
1:	loop	1b
	rdtsc
	sub	%esi, %eax
	sbb	%edi, %edx
	js	bad
	or	%eax, %edx
	jz	bad
	mov	$'o', %al
	out	%al, $0xf1
	mov	$'k', %al
	out	%al, $0xf1
	hlt
bad:	mov	$'!', %al
	out	%al, $0xf1
	hlt
. = 0xfff0
	ljmp	$0xf000, $start
