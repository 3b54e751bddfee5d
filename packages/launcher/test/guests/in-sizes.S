// Port 0x300 answers by size: 0x5a, 0x1234, 0xdeadbeef.
// expect: "ok\n"
// exit: halt
.code16
start:
	mov	$0x300, %dx
	mov	$0xffffffff, %eax
	inb	%dx, %al
	cmp	$0xffffff5a, %eax
	jne	bad
	inw	%dx, %ax
	cmp	$0xffff1234, %eax
	jne	bad
	inl	%dx, %eax
	cmp	$0xdeadbeef, %eax
	jne	bad
	mov	$0x301, %dx		// nobody answers: all ones
	xor	%eax, %eax
	inl	%dx, %eax
	cmp	$0xffffffff, %eax
	jne	bad
	mov	$'o', %al
	outb	%al, $0xf1
	mov	$'k', %al
	outb	%al, $0xf1
	mov	$'\n', %al
	outb	%al, $0xf1
	hlt
bad:	mov	$'!', %al
	outb	%al, $0xf1
	hlt
. = 0xfff0
	ljmp	$0xf000, $start
