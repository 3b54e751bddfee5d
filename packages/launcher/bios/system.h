// int 15h: memory sizes (88h, E801h, E820h), block move, A20, wait, power. Follows the IBM PS/2 BIOS interface reference, the ACPI
// specification (E820h) and the APM 1.2 BIOS interface specification (53h).

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
	cmp	$0x87, %ah
	je	block_move
	cmp	$0xc0, %ah
	je	configuration
	cmp	$0xc1, %ah
	je	extended_data
	cmp	$0x4f, %ah
	je	carry_set			// keyboard intercept: the key as it is
	cmp	$0xc2, %ah
	je	mouse
	cmp	$0x90, %ah			// device busy, device ready: nobody waits
	je	carry_set
	cmp	$0x91, %ah
	je	carry_set
unsupported:
	mov	$0x86, %ah
carry_set:
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
3:	movw	$3, R_BX(%bp)			// the keyboard controller and port 92h do it
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
	movw	$3, R_CX(%bp)			// with interfaces of 16 and 32 bits, though only the one of real mode is here
2:	cmp	$0x0e, %al
	jne	2f
	movw	$0x0102, R_AX(%bp)
2:	cmp	$0x0a, %al
	jne	2f
	movw	$0x01ff, R_BX(%bp)		// mains, no battery
	movw	$0x80ff, R_CX(%bp)
	movw	$0xffff, R_DX(%bp)
	movw	$0, R_SI(%bp)
2:	mov	$0x06, %ah			// 16-bit and 32-bit protected mode: not here
	cmp	$0x02, %al
	je	4f
	mov	$0x08, %ah
	cmp	$0x03, %al
	je	4f
	mov	$0x53, %ah
	cmp	$0x0b, %al
	jb	3f
	cmp	$0x0d, %al
	ja	3f
4:	mov	%ah, R_AH(%bp)
	orw	$1, R_FLAGS(%bp)
	leave_bios
3:	andw	$~1, R_FLAGS(%bp)
	leave_bios

no_wait:
	mov	$0, %ah
carry_clear:
	push	%bp
	mov	%sp, %bp
	andw	$~1, 6(%bp)
	pop	%bp
	iret

// C0h: the table that names the model.
configuration:
	push	%cs
	pop	%es
	mov	$model_table, %bx
	jmp	no_wait

extended_data:
	push	%ds
	push	$BDA
	pop	%ds
	mov	EXTENDED_DATA, %es
	pop	%ds
	jmp	carry_clear

// C2h: a PS/2 mouse that nobody moves: nothing ever calls the handler.
mouse:
	enter_bios
	mov	R_BH(%bp), %bh
	mov	$0x01, %ah			// no such function
	cmp	$0x00, %al
	je	0f
	cmp	$0x01, %al
	je	1f
	cmp	$0x04, %al
	je	4f
	cmp	$0x05, %al
	je	5f
	cmp	$0x06, %al
	je	6f
	cmp	$0x07, %al
	je	7f
	ja	9f
	cmp	$0x02, %al
	je	2f
	mov	%bh, %cs:mouse_resolution	// 3
	jmp	8f
2:	movzbw	%bh, %bx
	cmp	$6, %bx
	ja	9f
	mov	%cs:mouse_rates(%bx), %al
	mov	%al, %cs:mouse_rate
	jmp	8f
0:	mov	$0x02, %ah			// off, on: needs a handler
	cmp	$1, %bh
	ja	9f
	jb	8f
	mov	$0x05, %ah
	cmpb	$0, %cs:mouse_has_handler
	je	9f
	jmp	8f
5:	mov	$0x03, %ah			// the size of its packets: 3 bytes
	cmp	$3, %bh
	jne	9f
1:	movw	$0x00aa, R_BX(%bp)
	movb	$2, %cs:mouse_resolution
	movb	$100, %cs:mouse_rate
	jmp	8f
4:	movb	$0, R_BH(%bp)
	jmp	8f
6:	cmp	$0, %bh
	jne	8f
	movb	$0, R_BL(%bp)
	movzbw	%cs:mouse_resolution, %ax
	mov	%ax, R_CX(%bp)
	movzbw	%cs:mouse_rate, %ax
	mov	%ax, R_DX(%bp)
	jmp	8f
7:	mov	R_ES(%bp), %ax
	or	R_BX(%bp), %ax
	setnz	%cs:mouse_has_handler
8:	movb	$0, R_AH(%bp)
	andw	$~1, R_FLAGS(%bp)
	leave_bios
9:	mov	%ah, R_AH(%bp)
	orw	$1, R_FLAGS(%bp)
	leave_bios
mouse_has_handler:
	.byte	0
mouse_resolution:
	.byte	2
mouse_rate:
	.byte	100
mouse_rates:
	.byte	10, 20, 40, 60, 80, 100, 200

// %eax: where usable memory above 1 MiB ends. The last 128 KiB are the firmware's, as SeaBIOS has it. From the CMOS: KiB up to 64 MiB at
// 30h, 64 KiB blocks above 16 MiB at 34h.
top_of_memory:
	mov	$0x34, %al
	call	cmos_word
	movzwl	%ax, %eax
	shl	$16, %eax
	jz	1f
	add	$0x1000000, %eax
	jmp	2f
1:	mov	$0x30, %al
	call	cmos_word
	movzwl	%ax, %eax
	shl	$10, %eax
	add	$0x100000, %eax
2:	cmp	$0x200000, %eax
	jb	3f
	sub	$FIRMWARE_MEMORY, %eax
3:	ret
cmos_word:
	push	%bx
	mov	%al, %bl
	inc	%al
	out	%al, $0x70
	in	$0x71, %al
	mov	%al, %ah
	mov	%bl, %al
	out	%al, $0x70
	in	$0x71, %al
	pop	%bx
	ret

// KiB above 1 MiB, 63 MiB at most.
memory_88:
	enter_bios
	call	top_of_memory
	sub	$0x100000, %eax
	shr	$10, %eax
	cmp	$63 * 1024, %eax
	jbe	1f
	mov	$63 * 1024, %ax
1:	mov	%ax, R_AX(%bp)
	andw	$~1, R_FLAGS(%bp)
	leave_bios

// KiB from 1 to 16 MiB, 64 KiB blocks above.
memory_e801:
	enter_bios
	call	top_of_memory
	xor	%ebx, %ebx
	cmp	$0x1000000, %eax
	jbe	1f
	mov	%eax, %ebx
	sub	$0x1000000, %ebx
	shr	$16, %ebx
	mov	$0x1000000, %eax
1:	sub	$0x100000, %eax
	shr	$10, %eax
	mov	%ax, R_AX(%bp)
	mov	%ax, R_CX(%bp)
	mov	%bx, R_BX(%bp)
	mov	%bx, R_DX(%bp)
	andw	$~1, R_FLAGS(%bp)
	leave_bios

// E820: base, length, type, one entry a call; %ebx counts them. The two whose size depends on the memory are 3 and 4.
memory_map:
	cmp	$0x534d4150, %edx
	jne	unsupported
	cmp	$(map_end - map_entries) / 20, %ebx
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
	call	top_of_memory
	sub	$0x100000, %eax
	mov	%eax, %es:8(%di)
1:	cmp	$4, %bx
	jne	2f
	call	top_of_memory
	mov	%eax, %es:(%di)
2:	inc	%bx
	cmp	$(map_end - map_entries) / 20, %bx
	jb	3f
	xor	%bx, %bx
3:	movzwl	%bx, %ebx
	mov	$0x534d4150, %eax
	mov	$20, %ecx
	jmp	carry_clear
map_entries:
	.long	0, 0, 0x9fc00, 0, 1
	.long	0x9fc00, 0, 0x400, 0, 2
	.long	0xf0000, 0, 0x10000, 0, 2
	.long	0x100000, 0, 0, 0, 1
	.long	0, 0, FIRMWARE_MEMORY, 0, 2
	.long	0xfffc0000, 0, 0x40000, 0, 2
	.long	0x00000000, 0xfd, 0x00000000, 3, 2
map_end:

// 87h: moves %cx words; es:si is a descriptor table whose third and fourth entries are source and target, the fifth and sixth are for us.
block_move:
	enter_bios
	cli
	in	$0x92, %al
	push	%ax
	or	$2, %al
	out	%al, $0x92
	mov	R_ES(%bp), %ds
	// Code as it is in real mode, data with the limits of real mode. %ss keeps what it holds and is not loaded.
	movw	$0xffff, 0x20(%si)
	movw	$0, 0x22(%si)
	movl	$0x00009b0f, 0x24(%si)
	mov	%ss, %ax
	movzwl	%ax, %eax
	shl	$4, %eax
	movw	$0xffff, 0x28(%si)
	mov	%eax, 0x2a(%si)
	movw	$0x0093, 0x2d(%si)
	movb	$0x93, 0x15(%si)
	movb	$0x93, 0x1d(%si)
	mov	%ds, %ax
	movzwl	%ax, %eax
	shl	$4, %eax
	movzwl	%si, %edx
	add	%edx, %eax
	push	%eax
	pushw	$0x2f
	mov	%sp, %di
	lgdt	%ss:(%di)
	add	$6, %sp
	mov	R_CX(%bp), %cx
	mov	%cr0, %eax
	inc	%ax
	mov	%eax, %cr0
	ljmp	$0x20, $1f
1:	mov	$0x10, %ax
	mov	%ax, %ds
	mov	$0x18, %ax
	mov	%ax, %es
	xor	%si, %si
	xor	%di, %di
	rep movsw
	mov	$0x28, %ax			// limits of real mode again
	mov	%ax, %ds
	mov	%ax, %es
	mov	%cr0, %eax
	dec	%ax
	mov	%eax, %cr0
	ljmp	$0xf000, $2f
2:	pop	%ax
	out	%al, $0x92
	movb	$0, R_AH(%bp)
	andw	$~1, R_FLAGS(%bp)
	leave_bios

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
3:	andw	$~1, R_FLAGS(%bp)
	leave_bios

