// A boot sector on our BIOS: teletype, memory, keys, the second sector by CHS and by LBA.
// format: boot
// machine: pc
// keys: "xy"
// expect: ""
// screen: "boot 639 KB\nxy 2nd 2nd\n"
// exit: halt
.code16
start:
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss
	mov	$0x7c00, %sp
	mov	%dl, drive
	mov	$hello, %si
	call	print
	int	$0x12
	mov	$10, %bx
	xor	%cx, %cx
1:	xor	%dx, %dx
	div	%bx
	push	%dx
	inc	%cx
	test	%ax, %ax
	jnz	1b
2:	pop	%ax
	add	$'0', %al
	call	put
	loop	2b
	mov	$kb, %si
	call	print
	mov	$2, %cx
3:	push	%cx
	mov	$0, %ah
	int	$0x16
	call	put
	pop	%cx
	loop	3b
	mov	$0x0201, %ax
	mov	$2, %cx
	mov	$0, %dh
	mov	drive, %dl
	mov	$0x8000, %bx
	int	$0x13
	jc	bad
	mov	$0x8000, %si
	call	print
	mov	$0x42, %ah
	mov	drive, %dl
	mov	$packet, %si
	int	$0x13
	jc	bad
	mov	$0x9000, %si
	call	print
	cli
	hlt
bad:	mov	$'!', %al
	call	put
	cli
	hlt
print:	lodsb
	test	%al, %al
	jz	4f
	call	put
	jmp	print
put:	mov	$0x0e, %ah
	mov	$7, %bx
	int	$0x10
4:	ret
hello:	.asciz	"boot "
kb:	.asciz	" KB\r\n"
drive:	.byte	0
	.balign	4
packet:	.byte	16, 0
	.word	1, 0x9000, 0
	.quad	1
. = 510
	.word	0xaa55
	.asciz	" 2nd"
. = 1024
