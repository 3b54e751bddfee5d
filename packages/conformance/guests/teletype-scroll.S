// More lines than the screen has: it scrolls.
	.include "boot.inc"
	begin_boot
	xor	%cx, %cx
1:	print	"line "
	print8	%cl
	call	newline
	inc	%cl
	cmp	$40, %cl
	jb	1b
	print	"end"
	stop
	end_boot
