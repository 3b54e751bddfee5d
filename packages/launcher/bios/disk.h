// int 13h over the launcher's disk ports (src/devices/bios-disk.ts): floppies from 0, hard disks from 80h. Follows the IBM PC/AT technical reference
// and the Phoenix Enhanced Disk Drive specification 3.0 (41h to 48h).

#define DISK_LBA	(DISK + 0)
#define DISK_ADDRESS	(DISK + 4)
#define DISK_SECTORS	(DISK + 8)
#define DISK_COMMAND	(DISK + 12)
#define DISK_BOOT	(DISK + 13)
#define DISK_DRIVE	(DISK + 14)
#define DISK_COUNT_OF_KIND	(DISK + 15)
#define DISK_SIZE	(DISK + 16)
#define DISK_GEOMETRY	(DISK + 20)
#define DISK_FLOPPY_TYPE	(DISK + 24)

	.balign	2
disk_table:
	.word	disk_ok, disk_last, disk_chs, disk_chs, disk_verify, disk_ok, disk_bad, disk_bad
	.word	disk_parameters, disk_ok, disk_bad, disk_bad, disk_ok, disk_ok, disk_bad, disk_bad
	.word	disk_ok, disk_ok, disk_bad, disk_bad, disk_ok, disk_type, disk_changed
disk_table_end:

int13:
	sti
	enter_bios
	mov	%dl, %al
	mov	$DISK_DRIVE, %dx
	out	%al, %dx
	mov	$DISK_SIZE, %dx
	in	%dx, %eax
	test	%eax, %eax			// %ebx: sectors of the drive
	mov	%eax, %ebx
	movzbw	R_AH(%bp), %si
	jz	2f
	cmp	$0x41, %si
	jae	1f
	cmp	$(disk_table_end - disk_table) / 2, %si
	jae	disk_bad
	shl	$1, %si
	jmp	*%cs:disk_table(%si)
1:	testb	$0x80, R_DL(%bp)		// extensions are for hard disks
	jz	disk_bad
	cmp	$0x41, %si
	je	disk_extensions
	cmp	$0x42, %si
	je	disk_lba
	cmp	$0x43, %si
	je	disk_lba
	cmp	$0x44, %si
	je	disk_verify
	cmp	$0x48, %si
	je	disk_size
	cmp	$0x45, %si			// lock, seek, media change, hardware: nothing to do
	je	disk_ok
	cmp	$0x47, %si
	je	disk_ok
	cmp	$0x49, %si
	je	disk_ok
	cmp	$0x4e, %si
	je	disk_ok
	mov	$0xb2, %ah			// eject: nothing to remove
	cmp	$0x46, %si
	je	disk_fail
disk_bad:
	mov	$0x01, %ah
disk_fail:
	mov	%ah, DISK_STATUS
	mov	%ah, R_AH(%bp)
	orw	$1, R_FLAGS(%bp)
	leave_bios
	// No such drive, or the first floppy drive without a disk.
2:	cmp	$0x08, %si
	jne	3f
	testb	$0x80, R_DL(%bp)		// no hard disk at all has a status of its own
	jz	3f
	mov	$DISK_COUNT_OF_KIND, %dx
	in	%dx, %al
	test	%al, %al
	jz	disk_parameters
3:	cmpb	$0, R_DL(%bp)
	jne	disk_bad
	cmp	$0x18, %si
	ja	disk_bad
	shl	$1, %si
	jmp	*%cs:empty_drive(%si)
	.balign	2
empty_drive:
	.word	disk_ok, disk_last, empty_access, empty_access, disk_ok, disk_ok, disk_bad, disk_bad
	.word	empty_parameters, disk_bad, disk_bad, disk_bad, disk_bad, disk_bad, disk_bad, disk_bad
	.word	disk_bad, disk_bad, disk_bad, disk_bad, disk_bad, disk_type, empty_changed, disk_bad, disk_bad
	// The drive does not answer, unless the place is none of a disk of 2.88 MB: 80 cylinders, 2 heads, 36 sectors.
empty_access:
	mov	R_CL(%bp), %al
	dec	%al
	cmp	$36, %al
	jae	disk_bad
	cmpb	$80, R_CH(%bp)
	jae	disk_bad
	cmpb	$2, R_DH(%bp)
	jae	disk_bad
	mov	R_AL(%bp), %al
	dec	%al
	js	disk_bad
	mov	$0x20, %ah
	movb	$0, R_AL(%bp)
	jmp	disk_fail
empty_parameters:
	movw	$0, R_AX(%bp)
	movw	$5, R_BX(%bp)
	movw	$0x4f24, R_CX(%bp)
	movw	$0x0101, R_DX(%bp)
	movw	%cs, R_ES(%bp)
	movw	$diskette, R_DI(%bp)
	jmp	disk_done
empty_changed:
	mov	$0x06, %ah
	jmp	disk_fail
disk_ok:
	movb	$0, R_AH(%bp)
disk_done:
	movb	$0, DISK_STATUS
	andw	$~1, R_FLAGS(%bp)
	leave_bios
disk_last:
	mov	DISK_STATUS, %ah
	mov	%ah, R_AH(%bp)
	test	%ah, %ah
	jnz	disk_fail
	jmp	disk_done

// %cl sectors a track, %ch heads, %eax bits 0 to 15 cylinders.
geometry:
	mov	$DISK_GEOMETRY, %dx
	in	%dx, %eax
	mov	%eax, %ecx
	shr	$16, %ecx
	xchg	%ch, %cl
	movzwl	%ax, %eax
	ret

disk_chs:
	call	geometry
	mov	%eax, %esi
	movzbl	R_CH(%bp), %eax			// cylinder: CH and two bits of CL
	movzbl	R_CL(%bp), %edx
	and	$0xc0, %dl
	shl	$2, %edx
	or	%edx, %eax
	cmp	%esi, %eax
	jae	disk_bad
	movzbl	%ch, %ebx
	mul	%ebx
	movzbl	R_DH(%bp), %edx
	cmp	%ebx, %edx
	jae	disk_bad
	add	%edx, %eax
	movzbl	%cl, %ebx
	mul	%ebx
	movzbl	R_CL(%bp), %edx
	and	$0x3f, %dl
	jz	disk_bad
	cmp	%ebx, %edx
	ja	disk_bad
	cmpb	$0, R_AL(%bp)			// 1 to 128 sectors
	jle	1f
2:	lea	-1(%eax, %edx), %eax
	movzwl	R_ES(%bp), %ebx
	shl	$4, %ebx
	movzwl	R_BX(%bp), %edx
	add	%edx, %ebx
	movzbw	R_AL(%bp), %cx
	call	transfer
	jnc	disk_ok
	movb	$0, R_AL(%bp)
	jmp	disk_fail
1:	cmpb	$0x80, R_AL(%bp)
	je	2b
	jmp	disk_bad
disk_verify:
	jmp	disk_ok

// %eax LBA, %ebx linear address, %cx sectors; reads or writes by the caller's AH, bit 0. CF and %ah on failure.
transfer:
	mov	$DISK_LBA, %dx
	out	%eax, %dx
	mov	$DISK_ADDRESS, %dx
	mov	%ebx, %eax
	out	%eax, %dx
	mov	$DISK_SECTORS, %dx
	mov	%cx, %ax
	out	%ax, %dx
	mov	$DISK_COMMAND, %dx
	mov	R_AH(%bp), %al
	and	$1, %al
	inc	%al
	out	%al, %dx
	in	%dx, %al
	mov	%al, %ah
	cmp	$0x04, %al			// beyond a hard disk: "bad track"
	jne	1f
	testb	$0x80, R_DL(%bp)
	jz	1f
	mov	$0x0c, %ah
1:	cmp	$1, %al
	cmc
	ret

disk_parameters:
	movw	$0, R_AX(%bp)
	mov	R_DL(%bp), %bh
	mov	$DISK_COUNT_OF_KIND, %dx
	in	%dx, %al
	mov	%al, %bl
	call	geometry
	mov	%bl, R_DL(%bp)
	dec	%eax				// the highest cylinder
	test	$0x80, %bh
	jnz	1f
	// A floppy disk: its drive's type, and the parameters that interrupt 1Eh points to.
	push	%ax
	mov	$DISK_FLOPPY_TYPE, %dx
	in	%dx, %al
	movzbw	%al, %bx
	pop	%ax
	mov	%bx, R_BX(%bp)
	movw	%cs, R_ES(%bp)
	movw	$diskette, R_DI(%bp)
	jmp	2f
1:	test	%bl, %bl
	jz	3f
	dec	%eax				// the last one is kept for tests
2:	test	%cl, %cl
	jz	4f
	mov	%al, R_CH(%bp)
	shl	$6, %ah
	or	%cl, %ah
	mov	%ah, R_CL(%bp)
	dec	%ch
	mov	%ch, R_DH(%bp)
	jmp	disk_done
3:	mov	$0x07, %ah			// no hard disk at all
	jmp	disk_fail
4:	movw	$0, R_CX(%bp)
	movb	$0, R_DH(%bp)
	jmp	disk_done
diskette:
	.byte	0xdf, 0x02, 0x25, 0x02, 18, 0x1b, 0xff, 0x6c, 0xf6, 0x0f, 0x08

// 1: a diskette drive that does not notice a change; 3: a hard disk, and its sectors.
disk_type:
	movb	$1, R_AH(%bp)
	testb	$0x80, R_DL(%bp)
	jz	disk_done
	call	geometry
	dec	%eax
	movzbl	%ch, %edx
	imul	%edx, %eax
	movzbl	%cl, %edx
	imul	%edx, %eax
	mov	%ax, R_DX(%bp)
	shr	$16, %eax
	mov	%ax, R_CX(%bp)
	movb	$3, R_AH(%bp)
	jmp	disk_done
disk_changed:
	testb	$0x80, R_DL(%bp)
	jz	disk_ok
	jmp	disk_bad

disk_extensions:
	cmpw	$0x55aa, R_BX(%bp)
	jne	disk_bad
	movw	$0xaa55, R_BX(%bp)
	movb	$0x30, R_AH(%bp)		// version 3.0: packets, removable disks, enhanced drives
	movw	$0x0007, R_CX(%bp)
	jmp	disk_done

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
	cmpl	$0, 12(%si)
	pop	%ds
	jne	disk_bad
	call	transfer
	jc	disk_fail
	jmp	disk_ok

// Parameters to ds:si: size, flags, cylinders, heads, sectors, total, bytes a sector.
disk_size:
	mov	%ebx, %edi
	call	geometry
	push	%ds
	mov	R_DS(%bp), %ds
	mov	R_SI(%bp), %si
	movw	$26, (%si)
	movw	$2, 2(%si)			// the geometry is valid
	mov	%eax, 4(%si)
	movzbl	%ch, %eax
	mov	%eax, 8(%si)
	movzbl	%cl, %eax
	mov	%eax, 12(%si)
	mov	%edi, 16(%si)
	movl	$0, 20(%si)
	movw	$512, 24(%si)
	pop	%ds
	jmp	disk_ok
