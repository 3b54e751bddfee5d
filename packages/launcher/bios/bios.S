// A small BIOS for boot-sector tutorials: 64 KiB at F0000h, entered at F000:FFF0.
// Follows the IBM PC/AT technical reference (interrupts 10h to 1Ah, data area at 40:0), the Phoenix EDD specification (int 13h, 41h to
// 48h) and the ACPI specification's E820 (int 15h). The disk is the launcher's device at port 5D0h (src/devices/bios-disk.ts).
// Built by kasm and kld into src/bios/bios-image.ts (test/build-bios.mjs).

	.code16

#define BDA		0x40
#define TEXT		0xb800
#define COLUMNS		80
#define ROWS		25

// Port of the disk device: LBA, buffer, count, command and status, size, boot drive.
#define DISK		0x5d0

// Data area, offsets from 40:0.
#define EQUIPMENT	0x10
#define MEMORY_KB	0x13
#define SHIFT_STATE	0x17
#define KEY_HEAD	0x1a
#define KEY_TAIL	0x1c
#define KEY_BUFFER	0x1e
#define KEY_END		0x3e
#define VIDEO_MODE	0x49
#define VIDEO_COLUMNS	0x4a
#define CURSOR		0x50
#define CURSOR_SHAPE	0x60
#define CRTC_PORT	0x63
#define TICKS		0x6c
#define TICK_OVERFLOW	0x70
#define DISK_STATUS	0x74
#define DISK_COUNT	0x75
#define KEY_START_AT	0x80
#define KEY_END_AT	0x82
#define VIDEO_ROWS	0x84

// The caller's registers after `enter`, from %bp.
#define R_ES	0
#define R_DS	2
#define R_DI	4
#define R_SI	6
#define R_BP	8
#define R_BX	12
#define R_BL	12
#define R_BH	13
#define R_DX	14
#define R_DL	14
#define R_DH	15
#define R_CX	16
#define R_CL	16
#define R_CH	17
#define R_AX	18
#define R_AL	18
#define R_AH	19
#define R_FLAGS	24

	.macro	enter_bios
	cld
	pusha
	push	%ds
	push	%es
	mov	%sp, %bp
	push	$BDA
	pop	%ds
	.endm

	.macro	leave_bios
	pop	%es
	pop	%ds
	popa
	iret
	.endm

// ---------------------------------------------------------------- power-on
post:
	cli
	cld
	xor	%ax, %ax
	mov	%ax, %ss
	mov	$0x7c00, %sp
	mov	%ax, %es

	// Vectors: everything to a bare iret, hardware interrupts to their acknowledgement, then the services.
	xor	%di, %di
	mov	$256, %cx
1:	mov	$ignore, %ax
	stosw
	mov	%cs, %ax
	stosw
	loop	1b
	mov	$vectors, %si
2:	mov	%cs:(%si), %ax
	cmp	$-1, %ax
	je	3f
	mov	%ax, %di
	mov	%cs:2(%si), %ax
	mov	%ax, %es:(%di)
	add	$4, %si
	jmp	2b

	// Data area.
3:	push	$BDA
	pop	%es
	xor	%ax, %ax
	xor	%di, %di
	mov	$128, %cx
	rep stosw
	push	$BDA
	pop	%ds
	movw	$0x0021, EQUIPMENT		// colour display of 80 columns, one floppy drive
	movw	$639, MEMORY_KB
	movw	$KEY_BUFFER, KEY_HEAD
	movw	$KEY_BUFFER, KEY_TAIL
	movw	$KEY_BUFFER, KEY_START_AT
	movw	$KEY_END, KEY_END_AT
	movw	$0x3d4, CRTC_PORT
	movb	$1, DISK_COUNT

	// Interrupt controllers: vectors 08h and 70h; timer, keyboard and cascade open.
	mov	$0x11, %al
	out	%al, $0x20
	out	%al, $0xa0
	mov	$0x08, %al
	out	%al, $0x21
	mov	$0x70, %al
	out	%al, $0xa1
	mov	$4, %al
	out	%al, $0x21
	mov	$2, %al
	out	%al, $0xa1
	mov	$1, %al
	out	%al, $0x21
	out	%al, $0xa1
	mov	$0xf8, %al
	out	%al, $0x21
	mov	$0xff, %al
	out	%al, $0xa1

	// Timer: 18.2 ticks a second. Keyboard: interrupts on, translation on.
	mov	$0x36, %al
	out	%al, $0x43
	xor	%al, %al
	out	%al, $0x40
	out	%al, $0x40
	mov	$0x60, %al
	out	%al, $0x64
	mov	$0x45, %al
	out	%al, $0x60

	mov	$3, %ax
	int	$0x10
	sti
	int	$0x19

// ---------------------------------------------------------------- 19h: boot
int19:
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	$DISK + 13, %dx
	in	%dx, %al
	mov	%al, %dl
	mov	$0x0201, %ax
	mov	$1, %cx
	mov	$0, %dh
	mov	$0x7c00, %bx
	int	$0x13
	jc	4f
	cmpw	$0xaa55, 0x7dfe
	jne	4f
	xor	%ax, %ax
	xor	%bx, %bx
	sti
	ljmp	$0, $0x7c00
4:	mov	$no_disk, %si
5:	mov	%cs:(%si), %al
	inc	%si
	test	%al, %al
	jz	6f
	mov	$0x0e, %ah
	mov	$7, %bx
	int	$0x10
	jmp	5b
6:	cli
	hlt
	jmp	6b
no_disk:
	.asciz	"No bootable disk.\r\n"

// ---------------------------------------------------------------- interrupts of the hardware
ignore:
	iret

eoi_master:
	push	%ax
	mov	$0x20, %al
	out	%al, $0x20
	pop	%ax
	iret

eoi_slave:
	push	%ax
	mov	$0x20, %al
	out	%al, $0xa0
	out	%al, $0x20
	pop	%ax
	iret

// 08h: timer tick, 1,573,040 a day.
int08:
	push	%ax
	push	%dx
	push	%ds
	push	$BDA
	pop	%ds
	incl	TICKS
	cmpl	$1573040, TICKS
	jb	1f
	movl	$0, TICKS
	movb	$1, TICK_OVERFLOW
1:	int	$0x1c
	mov	$0x20, %al
	out	%al, $0x20
	pop	%ds
	pop	%dx
	pop	%ax
	iret

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

// ---------------------------------------------------------------- 10h: screen
int10:
	enter_bios
	push	$TEXT
	pop	%es
	movzbw	%ah, %bx
	cmp	$0x13, %bx
	ja	1f
	shl	$1, %bx
	call	*%cs:video_table(%bx)
1:	leave_bios

	.balign	2
video_table:
	.word	video_set_mode, video_cursor_shape, video_set_cursor, video_get_cursor
	.word	video_nothing, video_nothing, video_scroll_up, video_scroll_down
	.word	video_read, video_write_attribute, video_write, video_nothing
	.word	video_nothing, video_nothing, video_teletype, video_get_mode
	.word	video_nothing, video_nothing, video_nothing, video_string
video_nothing:
	ret

video_set_mode:
	and	$0x7f, %al
	mov	%al, VIDEO_MODE
	movw	$COLUMNS, VIDEO_COLUMNS
	movb	$ROWS - 1, VIDEO_ROWS
	movw	$0x0d0e, CURSOR_SHAPE
	testb	$0x80, R_AL(%bp)
	jnz	1f
	xor	%di, %di
	mov	$0x0720, %ax
	mov	$COLUMNS * ROWS, %cx
	rep stosw
1:	xor	%dx, %dx
	jmp	put_cursor

video_cursor_shape:
	mov	%cx, CURSOR_SHAPE
	mov	$0x0a, %al
	mov	%ch, %ah
	mov	$0x3d4, %dx
	out	%ax, %dx
	mov	$0x0b, %al
	mov	%cl, %ah
	out	%ax, %dx
	ret

video_set_cursor:
// %dh row, %dl column: into the data area and the CRTC.
put_cursor:
	mov	%dx, CURSOR
	call	cell_of_cursor
	shr	$1, %bx
	mov	$0x3d4, %dx
	mov	$0x0e, %al
	mov	%bh, %ah
	out	%ax, %dx
	mov	$0x0f, %al
	mov	%bl, %ah
	out	%ax, %dx
	ret

// %bx: offset of the cursor's cell.
cell_of_cursor:
	push	%ax
	mov	CURSOR + 1, %al
	mov	$COLUMNS, %bl
	mul	%bl
	movzbw	CURSOR, %bx
	add	%ax, %bx
	shl	$1, %bx
	pop	%ax
	ret

video_get_cursor:
	mov	CURSOR, %ax
	mov	%ax, R_DX(%bp)
	mov	CURSOR_SHAPE, %ax
	mov	%ax, R_CX(%bp)
	ret

video_get_mode:
	mov	VIDEO_MODE, %al
	mov	$COLUMNS, %ah
	mov	%ax, R_AX(%bp)
	movb	$0, R_BH(%bp)
	ret

video_read:
	call	cell_of_cursor
	mov	%es:(%bx), %ax
	mov	%ax, R_AX(%bp)
	ret

video_write_attribute:
	call	cell_of_cursor
	mov	%bx, %di
	mov	R_BL(%bp), %ah
	rep stosw
	ret

video_write:
	call	cell_of_cursor
	mov	%bx, %di
	jcxz	2f
1:	stosb
	inc	%di
	loop	1b
2:	ret

video_teletype:
	call	teletype
	ret

// %al at the cursor, which goes on; the attribute stays. Keeps nothing but %bp and %cx and %si.
teletype:
	mov	CURSOR, %dx
	cmp	$7, %al
	je	9f
	cmp	$8, %al
	je	1f
	cmp	$10, %al
	je	2f
	cmp	$13, %al
	je	3f
	call	cell_of_cursor
	mov	%al, %es:(%bx)
	inc	%dl
	cmp	$COLUMNS, %dl
	jb	8f
	xor	%dl, %dl
	jmp	2f
1:	test	%dl, %dl
	jz	8f
	dec	%dl
	jmp	8f
3:	xor	%dl, %dl
	jmp	8f
2:	inc	%dh
	cmp	$ROWS, %dh
	jb	8f
	dec	%dh
	push	%dx
	push	%cx
	push	%si
	mov	$1, %al
	mov	$7, %bh
	xor	%cx, %cx
	mov	$(ROWS - 1) << 8 | (COLUMNS - 1), %dx
	call	scroll_up
	pop	%si
	pop	%cx
	pop	%dx
8:	call	put_cursor
9:	ret

video_scroll_up:
	mov	R_BH(%bp), %bh
	call	clip_window
	call	scroll_up
	ret

video_scroll_down:
	mov	R_BH(%bp), %bh
	call	clip_window
	call	scroll_down
	ret

// A window larger than the screen is cut.
clip_window:
	cmp	$COLUMNS - 1, %dl
	jbe	1f
	mov	$COLUMNS - 1, %dl
1:	cmp	$ROWS - 1, %dh
	jbe	2f
	mov	$ROWS - 1, %dh
2:	ret

// %al lines (0: all), %bh attribute, %cx upper left, %dx lower right.
scroll_up:
	push	%bp
	mov	%dh, %ah
	sub	%ch, %ah
	inc	%ah				// rows of the window
	test	%al, %al
	jz	1f
	cmp	%ah, %al
	jbe	2f
1:	mov	%ah, %al
2:	movzbw	%al, %bp			// lines
	sub	%al, %ah
	push	%ax				// %ah: rows to move
3:	cmp	$0, %ah
	je	4f
	push	%ax
	call	row_offset			// %di: row %ch, from column %cl
	mov	%di, %si
	imul	$COLUMNS * 2, %bp, %ax
	add	%ax, %si
	call	copy_row
	pop	%ax
	inc	%ch
	dec	%ah
	jmp	3b
4:	pop	%ax
5:	call	row_offset
	call	blank_row
	inc	%ch
	dec	%bp
	jnz	5b
	pop	%bp
	ret

scroll_down:
	push	%bp
	mov	%dh, %ah
	sub	%ch, %ah
	inc	%ah
	test	%al, %al
	jz	1f
	cmp	%ah, %al
	jbe	2f
1:	mov	%ah, %al
2:	movzbw	%al, %bp
	sub	%al, %ah
	xchg	%ch, %dh			// from the last row upwards
3:	cmp	$0, %ah
	je	5f
	push	%ax
	call	row_offset
	mov	%di, %si
	imul	$COLUMNS * 2, %bp, %ax
	sub	%ax, %si
	call	copy_row
	pop	%ax
	dec	%ch
	dec	%ah
	jmp	3b
5:	call	row_offset
	call	blank_row
	dec	%ch
	dec	%bp
	jnz	5b
	pop	%bp
	ret

// %di: offset of row %ch, column %cl.
row_offset:
	push	%ax
	mov	%ch, %al
	mov	$COLUMNS, %ah
	mul	%ah
	push	%bx
	movzbw	%cl, %bx
	add	%bx, %ax
	pop	%bx
	shl	$1, %ax
	mov	%ax, %di
	pop	%ax
	ret

// Columns %cl to %dl of a row, within the text memory.
copy_row:
	push	%cx
	push	%ds
	push	%es
	pop	%ds
	mov	%cl, %al
	movzbw	%dl, %cx
	sub	%al, %cl
	inc	%cx
	rep movsw
	pop	%ds
	pop	%cx
	ret

blank_row:
	push	%cx
	push	%ax
	mov	%cl, %al
	movzbw	%dl, %cx
	sub	%al, %cl
	inc	%cx
	mov	%bh, %ah
	mov	$' ', %al
	rep stosw
	pop	%ax
	pop	%cx
	ret

// String at the caller's es:bp: %cx characters at %dx; bit 0 of %al moves the cursor, bit 1: attributes in the string.
video_string:
	mov	CURSOR, %ax
	push	%ax
	call	put_cursor
	mov	R_BP(%bp), %si
	mov	R_CX(%bp), %cx
	jcxz	4f
1:	push	%ds
	mov	R_ES(%bp), %ds
	lodsb
	mov	R_BL(%bp), %ah
	testb	$2, R_AL(%bp)
	jz	2f
	mov	(%si), %ah
	inc	%si
2:	pop	%ds
	cmp	$14, %al
	jae	3f
	cmp	$7, %al
	jae	5f
3:	call	cell_of_cursor
	mov	%ah, %es:1(%bx)
5:	call	teletype
	loop	1b
4:	pop	%dx
	testb	$1, R_AL(%bp)
	jnz	6f
	call	put_cursor
6:	ret

// ---------------------------------------------------------------- 11h, 12h: equipment, memory
int11:
	push	%ds
	push	$BDA
	pop	%ds
	mov	EQUIPMENT, %ax
	pop	%ds
	iret
int12:
	push	%ds
	push	$BDA
	pop	%ds
	mov	MEMORY_KB, %ax
	pop	%ds
	iret

// ---------------------------------------------------------------- 13h: disk
int13:
	sti
	enter_bios
	cmp	$0x00, %ah
	je	disk_ok
	cmp	$0x01, %ah
	je	disk_last
	cmp	$0x02, %ah
	je	disk_chs
	cmp	$0x03, %ah
	je	disk_chs
	cmp	$0x04, %ah
	je	disk_ok
	cmp	$0x08, %ah
	je	disk_parameters
	cmp	$0x15, %ah
	je	disk_type
	cmp	$0x41, %ah
	je	disk_extensions
	cmp	$0x42, %ah
	je	disk_lba
	cmp	$0x43, %ah
	je	disk_lba
	cmp	$0x48, %ah
	je	disk_size
	mov	$1, %ah
disk_fail:
	mov	%ah, DISK_STATUS
	mov	%ah, R_AH(%bp)
	orw	$1, R_FLAGS(%bp)
	leave_bios
disk_ok:
	movb	$0, R_AH(%bp)
disk_done:
	movb	$0, DISK_STATUS
	andw	$~1, R_FLAGS(%bp)
	leave_bios
disk_last:
	mov	DISK_STATUS, %ah
	mov	%ah, R_AH(%bp)
	andw	$~1, R_FLAGS(%bp)
	leave_bios

// %cl sectors a track, %ch heads, for the drive in the caller's %dl.
geometry:
	mov	$18 | 2 << 8, %cx
	testb	$0x80, R_DL(%bp)
	jz	1f
	mov	$63 | 16 << 8, %cx
1:	ret

disk_chs:
	call	geometry
	movzbl	%ch, %ebx
	movzbl	R_CH(%bp), %eax			// cylinder: CH and two bits of CL
	movzbl	R_CL(%bp), %edx
	and	$0xc0, %dl
	shl	$2, %edx
	or	%edx, %eax
	mul	%ebx
	movzbl	R_DH(%bp), %edx
	cmp	%ebx, %edx
	jae	1f
	add	%edx, %eax
	movzbl	%cl, %ebx
	mul	%ebx
	movzbl	R_CL(%bp), %edx
	and	$0x3f, %dl
	jz	1f
	cmp	%ebx, %edx
	ja	1f
	lea	-1(%eax, %edx), %eax
	movzwl	R_ES(%bp), %ebx
	shl	$4, %ebx
	movzwl	R_BX(%bp), %edx
	add	%edx, %ebx
	movzbw	R_AL(%bp), %cx
	call	transfer
	jc	disk_fail
	jmp	disk_ok
1:	mov	$1, %ah
	jmp	disk_fail

// %eax LBA, %ebx linear address, %cx sectors; reads or writes by the caller's AH, bit 0. CF and %ah on failure.
transfer:
	mov	$DISK, %dx
	out	%eax, %dx
	mov	$DISK + 4, %dx
	mov	%ebx, %eax
	out	%eax, %dx
	mov	$DISK + 8, %dx
	mov	%cx, %ax
	out	%ax, %dx
	mov	$DISK + 12, %dx
	mov	R_AH(%bp), %al
	and	$1, %al
	inc	%al
	out	%al, %dx
	in	%dx, %al
	mov	%al, %ah
	cmp	$1, %al
	cmc
	ret

disk_parameters:
	call	geometry
	testb	$0x80, R_DL(%bp)
	jnz	1f
	movb	$4, R_BL(%bp)			// 1.44 MB drive
	movw	$79 << 8 | 18, R_CX(%bp)
	movw	$1 << 8 | 1, R_DX(%bp)
	movw	$0, R_AX(%bp)
	movw	%cs, R_ES(%bp)
	movw	$diskette, R_DI(%bp)
	jmp	disk_done
1:	push	%cx
	mov	$DISK + 16, %dx
	in	%dx, %eax			// sectors of the disk
	xor	%edx, %edx
	mov	$63 * 16, %ebx
	div	%ebx
	cmp	$1023, %eax
	jbe	2f
	mov	$1023, %eax
2:	test	%eax, %eax
	jz	3f
	dec	%eax
3:	pop	%cx
	mov	%al, R_CH(%bp)			// highest cylinder
	shl	$6, %ah
	or	%cl, %ah
	mov	%ah, R_CL(%bp)
	dec	%ch
	mov	%ch, R_DH(%bp)
	movb	$1, R_DL(%bp)
	jmp	disk_ok
diskette:
	.byte	0xdf, 0x02, 0x25, 0x02, 18, 0x1b, 0xff, 0x6c, 0xf6, 0x0f, 0x08

disk_type:
	movb	$1, R_AH(%bp)			// diskette
	testb	$0x80, R_DL(%bp)
	jz	disk_done
	mov	$DISK + 16, %dx
	in	%dx, %eax
	mov	%ax, R_DX(%bp)
	shr	$16, %eax
	mov	%ax, R_CX(%bp)
	movb	$3, R_AH(%bp)
	jmp	disk_done

disk_extensions:
	cmpw	$0x55aa, R_BX(%bp)
	jne	1f
	testb	$0x80, R_DL(%bp)
	jz	1f
	movw	$0xaa55, R_BX(%bp)
	movb	$0x01, R_AH(%bp)
	movw	$1, R_CX(%bp)
	jmp	disk_done
1:	mov	$1, %ah
	jmp	disk_fail

// Packet at ds:si: size, 0, count, offset, segment, LBA.
disk_lba:
	push	%ds
	mov	R_DS(%bp), %ds
	mov	R_SI(%bp), %si
	mov	2(%si), %cx
	movzwl	4(%si), %ebx
	movzwl	6(%si), %eax
	shl	$4, %eax
	add	%eax, %ebx
	mov	8(%si), %eax
	pop	%ds
	call	transfer
	jc	disk_fail
	jmp	disk_ok

// Parameters to ds:si: size, flags, cylinders, heads, sectors, total, bytes a sector.
disk_size:
	mov	$DISK + 16, %dx
	in	%dx, %eax
	push	%ds
	mov	R_DS(%bp), %ds
	mov	R_SI(%bp), %si
	movw	$26, (%si)
	movw	$0, 2(%si)
	movl	$16383, 4(%si)
	movl	$16, 8(%si)
	movl	$63, 12(%si)
	mov	%eax, 16(%si)
	movl	$0, 20(%si)
	movw	$512, 24(%si)
	pop	%ds
	jmp	disk_ok

// ---------------------------------------------------------------- 14h: serial port
int14:
	enter_bios
	mov	$0x3fd, %dx
	cmp	$1, %ah
	je	1f
	cmp	$2, %ah
	je	2f
	jmp	3f
1:	mov	$0x3f8, %dx
	out	%al, %dx
	mov	$0x3fd, %dx
	jmp	3f
2:	in	%dx, %al
	test	$1, %al
	jz	2b
	mov	$0x3f8, %dx
	in	%dx, %al
	mov	%al, R_AL(%bp)
	movb	$0, R_AH(%bp)
	leave_bios
3:	in	%dx, %al
	mov	%al, R_AH(%bp)
	leave_bios

// ---------------------------------------------------------------- 15h: system
int15:
	cmp	$0xe820, %ax
	je	memory_map
	cmp	$0xe801, %ax
	je	memory_e801
	cmp	$0x88, %ah
	je	memory_88
	cmp	$0x24, %ah
	je	a20
	cmp	$0x86, %ah
	je	wait_microseconds
	cmp	$0x53, %ah
	je	power
unsupported:
	mov	$0x86, %ah
	push	%bp
	mov	%sp, %bp
	orw	$1, 6(%bp)
	pop	%bp
	iret

a20:
	enter_bios
	cmp	$3, %al
	ja	2f
	mov	$0x92, %dx
	cmp	$2, %al
	je	1f
	cmp	$3, %al
	je	3f
	mov	%al, %ah
	in	%dx, %al
	and	$~3, %al
	shl	$1, %ah
	or	%ah, %al
	out	%al, %dx
	movb	$0, R_AH(%bp)
	jmp	4f
1:	in	%dx, %al
	shr	$1, %al
	and	$1, %al
	mov	%al, R_AL(%bp)
	movb	$0, R_AH(%bp)
	jmp	4f
3:	movw	$2, R_BX(%bp)			// port 92h does it
	movb	$0, R_AH(%bp)
4:	andw	$~1, R_FLAGS(%bp)
	leave_bios
2:	movb	$0x86, R_AH(%bp)
	orw	$1, R_FLAGS(%bp)
	leave_bios

// APM 1.2 (BIOS interface specification): here, connected, and 5307h with device 1 and state 3 turns the power off.
power:
	enter_bios
	cmp	$0x07, %al
	jne	1f
	cmpw	$3, R_CX(%bp)
	jne	2f
	mov	$0x604, %dx
	mov	$0x2000, %ax
	out	%ax, %dx
1:	cmp	$0x00, %al
	jne	2f
	movw	$0x0102, R_AX(%bp)
	movw	$0x504d, R_BX(%bp)
	movw	$0, R_CX(%bp)
2:	cmp	$0x0e, %al
	jne	3f
	movw	$0x0102, R_AX(%bp)
3:	andw	$~1, R_FLAGS(%bp)
	leave_bios

// Memory above 1 MiB from the CMOS: KiB up to 64 MiB at 30h.
extended_kb:
	mov	$0x31, %al
	out	%al, $0x70
	in	$0x71, %al
	mov	%al, %ah
	mov	$0x30, %al
	out	%al, $0x70
	in	$0x71, %al
	ret
// Memory above 16 MiB in 64 KiB blocks at 34h.
extended_blocks:
	mov	$0x35, %al
	out	%al, $0x70
	in	$0x71, %al
	mov	%al, %ah
	mov	$0x34, %al
	out	%al, $0x70
	in	$0x71, %al
	ret

memory_88:
	enter_bios
	call	extended_kb
	mov	%ax, R_AX(%bp)
	andw	$~1, R_FLAGS(%bp)
	leave_bios

memory_e801:
	enter_bios
	call	extended_kb
	cmp	$15 * 1024, %ax
	jbe	1f
	mov	$15 * 1024, %ax
1:	mov	%ax, R_AX(%bp)
	mov	%ax, R_CX(%bp)
	call	extended_blocks
	mov	%ax, R_BX(%bp)
	mov	%ax, R_DX(%bp)
	andw	$~1, R_FLAGS(%bp)
	leave_bios

// E820: entries of base, length, type; the last one, above 1 MiB, has its length from the CMOS.
memory_map:
	cmp	$0x534d4150, %edx
	jne	unsupported
	cmp	$4, %ebx
	jae	unsupported
	push	%ds
	push	%si
	push	%di
	push	%cx
	push	%cs
	pop	%ds
	cld
	imul	$20, %bx, %si
	add	$map_entries, %si
	mov	$10, %cx
	rep movsw
	pop	%cx
	pop	%di
	pop	%si
	pop	%ds
	cmp	$3, %bx
	jne	1f
	call	extended_blocks
	movzwl	%ax, %eax
	shl	$16, %eax
	jz	2f
	add	$0xf00000, %eax
	jmp	3f
2:	call	extended_kb
	movzwl	%ax, %eax
	shl	$10, %eax
3:	mov	%eax, %es:8(%di)
	mov	$-1, %bx
1:	inc	%bx
	movzwl	%bx, %ebx
	mov	$0x534d4150, %eax
	mov	$20, %ecx
	push	%bp
	mov	%sp, %bp
	andw	$~1, 6(%bp)
	pop	%bp
	iret
map_entries:
	.long	0, 0, 0x9fc00, 0, 1
	.long	0x9fc00, 0, 0x400, 0, 2
	.long	0xf0000, 0, 0x10000, 0, 2
	.long	0x100000, 0, 0, 0, 1

// Waits %cx:%dx microseconds by the refresh bit of port 61h, which turns every 15 us.
wait_microseconds:
	enter_bios
	sti
	mov	R_CX(%bp), %ax
	shl	$16, %eax
	mov	R_DX(%bp), %ax
	xor	%edx, %edx
	mov	$15, %ecx
	div	%ecx
	mov	%eax, %ecx
	jecxz	3f
1:	in	$0x61, %al
	and	$0x10, %al
	mov	%al, %ah
2:	in	$0x61, %al
	and	$0x10, %al
	cmp	%al, %ah
	je	2b
	dec	%ecx
	jnz	1b
3:	movb	$0, R_AH(%bp)
	andw	$~1, R_FLAGS(%bp)
	leave_bios

// ---------------------------------------------------------------- 16h: keyboard
int16:
	enter_bios
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

// ---------------------------------------------------------------- 17h: printer: none
int17:
	mov	$0x01, %ah
	iret

// ---------------------------------------------------------------- 1Ah: time
int1a:
	enter_bios
	cmp	$0, %ah
	je	1f
	cmp	$1, %ah
	je	2f
	cmp	$2, %ah
	je	3f
	cmp	$4, %ah
	je	4f
	orw	$1, R_FLAGS(%bp)
	leave_bios
1:	cli
	mov	TICKS, %ax
	mov	%ax, R_DX(%bp)
	mov	TICKS + 2, %ax
	mov	%ax, R_CX(%bp)
	mov	TICK_OVERFLOW, %al
	mov	%al, R_AL(%bp)
	movb	$0, TICK_OVERFLOW
	jmp	5f
2:	cli
	mov	%dx, TICKS
	mov	%cx, TICKS + 2
	movb	$0, TICK_OVERFLOW
	jmp	5f
3:	mov	$4, %al
	call	clock
	mov	%al, R_CH(%bp)
	mov	$2, %al
	call	clock
	mov	%al, R_CL(%bp)
	mov	$0, %al
	call	clock
	mov	%al, R_DH(%bp)
	movb	$0, R_DL(%bp)
	jmp	5f
4:	mov	$0x32, %al
	call	clock
	mov	%al, R_CH(%bp)
	mov	$9, %al
	call	clock
	mov	%al, R_CL(%bp)
	mov	$8, %al
	call	clock
	mov	%al, R_DH(%bp)
	mov	$7, %al
	call	clock
	mov	%al, R_DL(%bp)
5:	andw	$~1, R_FLAGS(%bp)
	leave_bios
clock:
	out	%al, $0x70
	in	$0x71, %al
	ret

	.balign	2
vectors:
	.word	0x08 * 4, int08, 0x09 * 4, int09, 0x0a * 4, eoi_master, 0x0b * 4, eoi_master
	.word	0x0c * 4, eoi_master, 0x0d * 4, eoi_master, 0x0e * 4, eoi_master, 0x0f * 4, eoi_master
	.word	0x70 * 4, eoi_slave, 0x71 * 4, eoi_slave, 0x72 * 4, eoi_slave, 0x73 * 4, eoi_slave
	.word	0x74 * 4, eoi_slave, 0x75 * 4, eoi_slave, 0x76 * 4, eoi_slave, 0x77 * 4, eoi_slave
	.word	0x10 * 4, int10, 0x11 * 4, int11, 0x12 * 4, int12, 0x13 * 4, int13
	.word	0x14 * 4, int14, 0x15 * 4, int15, 0x16 * 4, int16, 0x17 * 4, int17
	.word	0x19 * 4, int19, 0x1a * 4, int1a
	.word	0x1e * 4, diskette
	.word	-1

	. = 0xfff0
	ljmp	$0xf000, $post
	.ascii	"11/22/26"
	.byte	0, 0xfc, 0
