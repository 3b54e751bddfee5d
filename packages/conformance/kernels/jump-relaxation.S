//! flags: -m16 -nostdlib
//! script: plain.lds
start:
	jmp far_away
	jz near_by
	jnz far_away
	call near_by
	jcxz near_by
	loopne start
near_by:
	.skip 120
	jmp start
	jc start
	.skip 3
	jmp start
	js start
	.p2align 4
	nop
	.p2align 4, 0x90
	.p2align 5,, 7
far_away:
	jecxz near_after
	jmp *%bx
	jmp *(%bx,%si)
	ljmp *4(%di)
	call *(table)
near_after:
	lcall $0x10, $0x20
	lret
	lret $4
	retw $2
table:	.word start, near_by, far_away - start
