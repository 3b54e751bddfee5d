// Characters written to B8000h.
// machine: pc
// expect: ""
// screen: "Hi\n\n  VGA\n"
// exit: halt
.code16
start:
	mov	$0xb800, %ax
	mov	%ax, %es
	movw	$0x0748, %es:0
	movw	$0x0769, %es:2
	movw	$0x1f56, %es:(2*80+2)*2
	movw	$0x1f47, %es:(2*80+3)*2
	movw	$0x1f41, %es:(2*80+4)*2
	hlt
. = 0xfff0
	ljmp	$0xf000, $start
