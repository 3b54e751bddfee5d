// int 10h: text in modes 0 to 3 and 7 with eight pages, pixels in mode 13h; other graphics modes can be set and are cleared, no more.
// Follows the IBM VGA technical reference, BIOS functions 00h to 1Ah. %ds is the data area, %es the text memory throughout.

int10:
	enter_bios
	push	$TEXT
	pop	%es
	movzbw	%ah, %si
	cmp	$0x1a, %si
	ja	1f
	shl	$1, %si
	call	*%cs:video_table(%si)
1:	leave_bios

	.balign	2
video_table:
	.word	video_set_mode, video_cursor_shape, video_set_cursor, video_get_cursor
	.word	video_light_pen, video_set_page, video_scroll_up, video_scroll_down
	.word	video_read, video_write_attribute, video_write, video_nothing
	.word	video_set_pixel, video_get_pixel, video_teletype, video_get_mode
	.word	video_palette, video_font, video_alternate, video_string
	.word	video_nothing, video_nothing, video_nothing, video_nothing
	.word	video_nothing, video_nothing, video_combination

video_light_pen:
	movb	$0, R_AH(%bp)
video_nothing:
	ret

// Mode, columns, lowest row, bytes a page.
	.macro	mode	number, columns, last_row, page
	.byte	\number, \columns
	.word	\page
	.byte	\last_row, 0
	.endm
modes:
	mode	0x00, 40, 24, 0x0800
	mode	0x01, 40, 24, 0x0800
	mode	0x02, 80, 24, 0x1000
	mode	0x03, 80, 24, 0x1000
	mode	0x07, 80, 24, 0x1000
	mode	0x04, 40, 24, 0x4000
	mode	0x05, 40, 24, 0x4000
	mode	0x06, 80, 24, 0x4000
	mode	0x0d, 40, 24, 0x2000
	mode	0x0e, 80, 24, 0x4000
	mode	0x0f, 80, 24, 0x8000
	mode	0x10, 80, 24, 0x8000
	mode	0x11, 80, 29, 0xa000
	mode	0x12, 80, 29, 0xa000
	mode	0x13, 40, 24, 0x2000
modes_end:

video_set_mode:
	and	$0x7f, %al
	mov	$modes, %si
1:	cmp	%cs:(%si), %al
	je	2f
	add	$6, %si
	cmp	$modes_end, %si
	jb	1b
	ret
2:	mov	R_AL(%bp), %ah			// bit 7: keep the picture
	and	$0x80, %ah
	mov	VIDEO_CONTROL, %bl
	and	$0x7f, %bl
	or	%ah, %bl
	mov	%bl, VIDEO_CONTROL
	mov	%al, VIDEO_MODE
	movzbw	%cs:1(%si), %bx
	mov	%bx, VIDEO_COLUMNS
	mov	%cs:2(%si), %bx
	mov	%bx, VIDEO_SIZE
	mov	%cs:4(%si), %bl
	mov	%bl, VIDEO_ROWS
	movw	$0, VIDEO_START
	movb	$0, VIDEO_PAGE
	mov	$16, %bx
	cmp	$0x13, %al
	jne	3f
	mov	$8, %bx
3:	mov	%bx, VIDEO_HEIGHT
	// The cursors of all pages go home.
	push	%es
	push	%ds
	pop	%es
	mov	$CURSOR, %di
	mov	$8, %cx
	xor	%ax, %ax
	rep stosw
	pop	%es
	// Characters a row, lines a character, start address; text or graphics.
	mov	VIDEO_COLUMNS, %ah
	dec	%ah
	mov	$0x01, %al
	call	write_crtc
	mov	VIDEO_HEIGHT, %ah
	dec	%ah
	mov	$0x09, %al
	call	write_crtc
	mov	$0x000c, %ax
	call	write_crtc
	mov	$0x000d, %ax
	call	write_crtc
	call	is_text
	mov	$0x0e06, %ax
	jz	4f
	mov	$0x0506, %ax
4:	mov	$0x3ce, %dx
	out	%ax, %dx
	mov	$0x0607, %cx
	call	set_shape
	call	is_text
	jz	4f
	movw	$0, CURSOR_SHAPE		// no cursor in graphics
4:	testb	$0x80, R_AL(%bp)
	jnz	8f
	call	is_text
	jnz	5f
	mov	$0x0720, %ax
	mov	$0x4000, %cx
	jmp	7f
5:	cmpb	$6, VIDEO_MODE
	jbe	6f
	push	$GRAPHICS
	pop	%es
6:	xor	%ax, %ax
	mov	$0x8000, %cx
	cmpb	$6, VIDEO_MODE
	ja	7f
	mov	$0x2000, %cx
7:	xor	%di, %di
	rep stosw
	push	$TEXT
	pop	%es
8:	mov	$0x30, %al			// what IBM's BIOS leaves in AL
	cmpb	$7, VIDEO_MODE
	ja	1f
	cmpb	$6, VIDEO_MODE
	jne	9f
	mov	$0x3f, %al
	jmp	9f
1:	mov	$0x20, %al
9:	mov	%al, R_AL(%bp)
	xor	%bx, %bx
	xor	%dx, %dx
	jmp	put_cursor

// ZF where the mode shows text.
is_text:
	cmpb	$7, VIDEO_MODE
	je	1f
	testb	$0xfc, VIDEO_MODE
1:	ret

// Index %al, value %ah.
write_crtc:
	push	%dx
	mov	$0x3d4, %dx
	out	%ax, %dx
	pop	%dx
	ret

video_cursor_shape:
set_shape:
	mov	%cx, CURSOR_SHAPE
	mov	$0x0a, %al
	mov	%ch, %ah
	// The data area holds the form in lines of CGA's 8; the CRTC wants those of the VGA's 16.
	test	$0x20, %ah
	jnz	1f
	mov	VIDEO_HEIGHT, %bl
	cmp	$8, %bl
	jbe	1f
	cmp	$8, %cl
	jae	1f
	cmp	$8, %ah
	jae	1f
	inc	%ah
	shl	$1, %ah
	dec	%ah
	inc	%cl
	shl	$1, %cl
	dec	%cl
1:	call	write_crtc
	mov	$0x0b, %al
	mov	%cl, %ah
	jmp	write_crtc

video_set_cursor:
// %bh page, %dh row, %dl column: into the data area and, for the page that is shown, the CRTC.
put_cursor:
	pusha
	movzbw	%bh, %si
	and	$7, %si
	shl	$1, %si
	mov	%dx, CURSOR(%si)
	cmp	VIDEO_PAGE, %bh
	jne	1f
	call	cell
	shr	$1, %di
	mov	$0x0e, %al
	mov	%di, %bx
	mov	%bh, %ah
	call	write_crtc
	mov	$0x0f, %al
	mov	%bl, %ah
	call	write_crtc
1:	popa
	ret

// %dx: the cursor of page %bh.
get_cursor:
	push	%si
	movzbw	%bh, %si
	and	$7, %si
	shl	$1, %si
	mov	CURSOR(%si), %dx
	pop	%si
	ret

// %di: offset in text memory of page %bh, row %dh, column %dl.
cell:
	push	%ax
	push	%dx
	movzbw	%dl, %di
	movzbw	%dh, %ax
	mulw	VIDEO_COLUMNS
	add	%ax, %di
	shl	$1, %di
	movzbw	%bh, %ax
	and	$7, %al
	mulw	VIDEO_SIZE
	add	%ax, %di
	pop	%dx
	pop	%ax
	ret

cell_at_cursor:
	push	%dx
	call	get_cursor
	call	cell
	pop	%dx
	ret

video_get_cursor:
	call	get_cursor
	mov	%dx, R_DX(%bp)
	mov	CURSOR_SHAPE, %ax
	mov	%ax, R_CX(%bp)
	ret

video_set_page:
	cmp	$7, %al
	ja	1f
	mov	%al, VIDEO_PAGE
	mov	%al, %bh
	xor	%dx, %dx
	call	cell
	mov	%di, VIDEO_START
	shr	$1, %di
	mov	$0x0c, %al
	mov	%di, %cx
	mov	%ch, %ah
	call	write_crtc
	mov	$0x0d, %al
	mov	%cl, %ah
	call	write_crtc
	call	get_cursor
	jmp	put_cursor
1:	ret

video_get_mode:
	mov	VIDEO_CONTROL, %al
	and	$0x80, %al
	or	VIDEO_MODE, %al
	mov	VIDEO_COLUMNS, %ah
	mov	%ax, R_AX(%bp)
	mov	VIDEO_PAGE, %al
	mov	%al, R_BH(%bp)
	ret

video_read:
	call	cell_at_cursor
	mov	%es:(%di), %ax
	mov	%ax, R_AX(%bp)
	ret

video_write_attribute:
	call	is_text
	jnz	1f
	call	cell_at_cursor
	mov	%bl, %ah
	rep stosw
1:	ret

video_write:
	call	is_text
	jnz	2f
	call	cell_at_cursor
	jcxz	2f
1:	stosb
	inc	%di
	loop	1b
2:	ret

video_teletype:
	mov	VIDEO_PAGE, %bh
	call	get_cursor
	xor	%ah, %ah
	call	teletype
	jmp	put_cursor

// %al at %dx of page %bh, and %dx to the place behind it; with %ah not 0 %bl is the attribute, else that of the cell stays.
teletype:
	cmp	$7, %al
	je	9f
	cmp	$8, %al
	je	1f
	cmp	$10, %al
	je	3f
	cmp	$13, %al
	je	2f
	call	is_text
	jnz	4f
	call	cell
	mov	%al, %es:(%di)
	test	%ah, %ah
	jz	4f
	mov	%bl, %es:1(%di)
4:	inc	%dl
	cmp	VIDEO_COLUMNS, %dl
	jb	9f
	xor	%dl, %dl
	jmp	3f
1:	test	%dl, %dl
	jz	9f
	dec	%dl
	ret
2:	xor	%dl, %dl
	ret
3:	inc	%dh
	cmp	VIDEO_ROWS, %dh
	jbe	9f
	dec	%dh
	// A grey line is scrolled in.
	pusha
	mov	%bh, %bl
	mov	$7, %bh
	mov	$1, %al
	xor	%cx, %cx
	mov	VIDEO_COLUMNS, %dl
	dec	%dl
	call	scroll_up
	popa
9:	ret

video_scroll_up:
	call	window
	jc	1f
	jmp	scroll_up
1:	ret

video_scroll_down:
	call	window
	jc	1f
	jmp	scroll_down
1:	ret

// A window larger than the screen is cut; CF where there is none, or no text. %bl: the page that is shown.
window:
	call	is_text
	jnz	3f
	mov	VIDEO_PAGE, %bl
	mov	VIDEO_COLUMNS, %ah
	dec	%ah
	cmp	%ah, %dl
	jbe	1f
	mov	%ah, %dl
1:	mov	VIDEO_ROWS, %ah
	cmp	%ah, %dh
	jbe	2f
	mov	%ah, %dh
2:	cmp	%ch, %dh
	jb	3f
	cmp	%cl, %dl
	jb	3f
	clc
	ret
3:	stc
	ret

// Moves rows %ch to %dh, columns %cl to %dl of page %bl by %al lines (0: all of them); what comes in is blank with attribute %bh.
scroll_up:
	call	scroll_count
1:	test	%ah, %ah
	jz	2f
	mov	%ch, %dh
	add	%al, %dh			// from row %ch + %al
	call	copy_row
	inc	%ch
	dec	%ah
	jmp	1b
2:	call	blank_row
	inc	%ch
	dec	%al
	jnz	2b
	ret

scroll_down:
	call	scroll_count
	xchg	%ch, %dh			// from the last row upwards
1:	test	%ah, %ah
	jz	2f
	mov	%ch, %dh
	sub	%al, %dh
	call	copy_row
	dec	%ch
	dec	%ah
	jmp	1b
2:	call	blank_row
	dec	%ch
	dec	%al
	jnz	2b
	ret

// %al lines to blank, %ah rows to move.
scroll_count:
	mov	%dh, %ah
	sub	%ch, %ah
	inc	%ah
	test	%al, %al
	jz	1f
	cmp	%ah, %al
	jbe	2f
1:	mov	%ah, %al
2:	sub	%al, %ah
	ret

// Row %dh to row %ch, columns %cl to %dl, of page %bl.
copy_row:
	pusha
	push	%ds
	xchg	%bl, %bh
	push	%dx
	mov	%cl, %dl
	call	cell
	mov	%di, %si
	mov	%ch, %dh
	call	cell
	pop	%dx
	sub	%cl, %dl
	movzbw	%dl, %cx
	inc	%cx
	push	%es
	pop	%ds
	rep movsw
	pop	%ds
	popa
	ret

blank_row:
	pusha
	xchg	%bl, %bh			// %bh page, %bl attribute
	push	%dx
	mov	%ch, %dh
	mov	%cl, %dl
	call	cell
	pop	%dx
	sub	%cl, %dl
	movzbw	%dl, %cx
	inc	%cx
	mov	%bl, %ah
	mov	$' ', %al
	rep stosw
	popa
	ret

// %es:%di: pixel %cx, %dx of mode 13h, a byte of its own. ZF clear in other modes.
pixel:
	cmpb	$0x13, VIDEO_MODE
	jne	1f
	push	$GRAPHICS
	pop	%es
	imul	$320, %dx, %di
	add	%cx, %di
	cmpb	$0x13, VIDEO_MODE
1:	ret
video_set_pixel:
	call	pixel
	jne	1f
	mov	%al, %es:(%di)
1:	ret
video_get_pixel:
	call	pixel
	jne	1f
	mov	%es:(%di), %al
	mov	%al, R_AL(%bp)
1:	ret

// 10h, colours: one register of the colour table, or a block of them. The launcher draws with CGA's sixteen.
video_palette:
	cmp	$0x10, %al
	je	1f
	cmp	$0x12, %al
	je	2f
	ret
1:	mov	%dh, %ah
	mov	$0x3c8, %dx
	mov	%bl, %al
	out	%al, %dx
	inc	%dx
	mov	%ah, %al
	out	%al, %dx
	mov	%ch, %al
	out	%al, %dx
	mov	%cl, %al
	out	%al, %dx
	ret
2:	mov	R_ES(%bp), %es
	mov	%dx, %si
	mov	$0x3c8, %dx
	mov	%bl, %al
	out	%al, %dx
	inc	%dx
	imul	$3, %cx
	jcxz	3f
	rep outsb %es:(%si), %dx
3:	ret

// 11h, characters: how high they are; those of 8 lines give 50 rows, those of 14 give 28, those of 16 give 25. There is no table of their forms.
video_font:
	cmp	$0x30, %al
	je	3f
	and	$0x0f, %al
	mov	$14 << 8 | 27, %bx
	cmp	$1, %al
	je	1f
	mov	$8 << 8 | 49, %bx
	cmp	$2, %al
	je	1f
	mov	$16 << 8 | 24, %bx
	cmp	$4, %al
	jne	2f
1:	testb	$0x10, R_AL(%bp)		// 1xh: the rows follow
	jz	2f
	mov	%bl, VIDEO_ROWS
	mov	%bh, VIDEO_HEIGHT
	mov	%bh, %ah
	dec	%ah
	mov	$0x09, %al
	call	write_crtc
	movzbw	%bl, %ax
	inc	%ax
	mulw	VIDEO_COLUMNS
	shl	$1, %ax
	add	$0x100, %ax			// as IBM's BIOS rounds it
	mov	%ax, VIDEO_SIZE
2:	ret
3:	mov	VIDEO_HEIGHT, %ax
	mov	%ax, R_CX(%bp)
	mov	VIDEO_ROWS, %al
	mov	%al, R_DL(%bp)
	ret

// 12h, 10h: colour, 256 KiB of video memory, the switches of a colour display.
video_alternate:
	cmp	$0x10, %bl
	jne	1f
	movw	$0x0003, R_BX(%bp)
	movw	$0x0009, R_CX(%bp)
	ret
1:	cmp	$0x30, %bl			// lines of text modes: taken, and always 400; 31h to 36h: palette, video, grey, cursor, refresh
	jb	2f
	cmp	$0x36, %bl
	ja	2f
	movb	$0x12, R_AL(%bp)
2:	ret

// 1Ah: a VGA with a colour display.
video_combination:
	cmp	$0, %al
	jne	1f
	movw	$0x0008, R_BX(%bp)
1:	movb	$0x1a, R_AL(%bp)
	ret

// String at the caller's es:bp: %cx characters at %dx of page %bh; bit 0 of %al: the cursor goes along; bit 1: attributes in the string.
video_string:
	cmp	$0xff, %dh
	jne	1f
	call	get_cursor
1:	mov	R_BP(%bp), %si
	jcxz	4f
2:	push	%ds
	mov	R_ES(%bp), %ds
	lodsb
	testb	$2, R_AL(%bp)
	jz	3f
	mov	(%si), %bl
	inc	%si
3:	pop	%ds
	mov	$1, %ah
	call	teletype
	loop	2b
4:	testb	$1, R_AL(%bp)
	jz	5f
	jmp	put_cursor
5:	ret
