// Keyboard: interrupt 09h fills the ring of the data area, int 16h empties it. Enters: scan codes of set 1 at port 60h.
// Follows the IBM PC/AT technical reference, BIOS listing of the keyboard (data area 40:17 to 40:3D, 40:80).

// 09h: keyboard.
int09:
	pusha
	push	%ds
	cld
	push	$BDA
	pop	%ds
	in	$0x60, %al
	mov	%al, %ah
	and	$0x7f, %al
	// Shift keys: a bit in the state, set while they are down.
	mov	$shift_keys, %si
1:	mov	%cs:(%si), %bx
	add	$2, %si
	test	%bl, %bl
	jz	3f
	cmp	%bl, %al
	jne	1b
	test	$0x80, %ah
	jnz	2f
	or	%bh, SHIFT_STATE
	jmp	done09
2:	not	%bh
	and	%bh, SHIFT_STATE
	jmp	done09
3:	test	$0x80, %ah
	jnz	done09
	cmp	$0x3a, %al			// caps lock toggles
	jne	4f
	xorb	$0x40, SHIFT_STATE
	jmp	done09
4:	mov	%al, %ah			// %ah scan code, %al character
	xor	%bh, %bh
	mov	%al, %bl
	xor	%al, %al
	cmp	$keys_end - keys_plain, %bx
	jae	7f
	mov	%cs:keys_plain(%bx), %al
	testb	$3, SHIFT_STATE
	jz	5f
	mov	%cs:keys_shifted(%bx), %al
5:	testb	$4, SHIFT_STATE
	jz	6f
	mov	%cs:keys_plain(%bx), %al
	and	$0x1f, %al			// control
	jmp	7f
6:	testb	$0x40, SHIFT_STATE
	jz	7f
	mov	%al, %bl
	or	$0x20, %bl
	cmp	$'a', %bl
	jb	7f
	cmp	$'z', %bl
	ja	7f
	xor	$0x20, %al			// caps lock turns letters around
7:	call	store_key
done09:
	mov	$0x20, %al
	out	%al, $0x20
	pop	%ds
	popa
	iret

// Puts %ax into the ring; a full ring loses it. CF where it was full.
store_key:
	mov	KEY_TAIL, %bx
	mov	%bx, %si
	add	$2, %si
	cmp	$KEY_END, %si
	jb	1f
	mov	$KEY_BUFFER, %si
1:	cmp	KEY_HEAD, %si
	je	2f
	mov	%ax, (%bx)
	mov	%si, KEY_TAIL
	clc
	ret
2:	stc
	ret

shift_keys:
	.byte	0x2a, 2, 0x36, 1, 0x1d, 4, 0x38, 8, 0, 0
keys_plain:
	.ascii	"\0\0331234567890-=\b\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 "
keys_end:
keys_shifted:
	.ascii	"\0\033!@#$%^&*()_+\b\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 "


int16:
	enter_bios
	cmp	$0x12, %ah
	je	8f
	cmp	$0x09, %ah
	je	9f
	cmp	$0x0a, %ah
	je	10f
	cmp	$0x92, %ah
	je	11f
	and	$0xef, %ah			// 10h to 12h: the same for longer keyboards
	cmp	$0, %ah
	je	1f
	cmp	$1, %ah
	je	3f
	cmp	$2, %ah
	je	5f
	cmp	$5, %ah
	je	6f
	leave_bios
	// 0: waits for a key.
1:	sti
	mov	KEY_HEAD, %bx
	cmp	KEY_TAIL, %bx
	jne	2f
	hlt
	jmp	1b
2:	cli
	mov	(%bx), %ax
	mov	%ax, R_AX(%bp)
	add	$2, %bx
	cmp	$KEY_END, %bx
	jb	7f
	mov	$KEY_BUFFER, %bx
7:	mov	%bx, KEY_HEAD
	leave_bios
	// 1: ZF where none waits. A guest that polls sleeps until the next interrupt, so that it does not burn the host's CPU.
3:	mov	KEY_HEAD, %bx
	cmp	KEY_TAIL, %bx
	jne	4f
	orw	$0x40, R_FLAGS(%bp)
	leave_bios
4:	mov	(%bx), %ax
	mov	%ax, R_AX(%bp)
	andw	$~0x40, R_FLAGS(%bp)
	leave_bios
5:	mov	SHIFT_STATE, %al
	mov	%al, R_AL(%bp)
	leave_bios
6:	mov	R_CX(%bp), %ax
	call	store_key
	movb	$0, R_AL(%bp)
	jnc	7f
	movb	$1, R_AL(%bp)
7:	leave_bios
	// 12h: with the state of the keys of longer keyboards.
8:	mov	SHIFT_STATE, %ax
	and	$0x7300, %ax
	mov	%ah, R_AH(%bp)
	mov	SHIFT_STATE, %al
	mov	%al, R_AL(%bp)
	leave_bios
	// 9: what is there: 10h to 12h. 0Ah: the keyboard's identity. 92h: is 12h there.
9:	movb	$0x30, R_AL(%bp)
	leave_bios
10:	movw	$0x41ab, R_BX(%bp)
	leave_bios
11:	movb	$0x80, R_AH(%bp)
	leave_bios

