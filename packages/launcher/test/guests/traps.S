// into, bound's cousin: overflow traps through vector 4; int3 through vector 3.
// expect: "43"
// exit: halt
.code16
start:
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %ss
	mov	$0x7000, %sp
	movw	$four, 4*4
	movw	%cs, 4*4+2
	movw	$three, 3*4
	movw	%cs, 3*4+2
	mov	$0x7fff, %ax
	into
	add	$1, %ax
	into
	int3
	hlt
four:	mov	$'4', %al
	out	%al, $0xf1
	iret
three:	mov	$'3', %al
	out	%al, $0xf1
	iret
. = 0xfff0
	ljmp	$0xf000, $start
