// A small BIOS for boot-sector tutorials: 64 KiB at F0000h, entered at F000:FFF0.
// Follows the IBM PC/AT technical reference (interrupts 08h to 1Ch, data area at 40:0); what it answers is compared with SeaBIOS in QEMU
// (pnpm conformance guests). The disk is the launcher's device at port 5D0h (src/devices/bios-disk.ts).
// Built by kasm and kld into src/bios/bios-image.ts (test/build-bios.mjs).

	.code16

#define BDA		0x40
#define TEXT		0xb800
#define GRAPHICS	0xa000
#define EXTENDED_SEGMENT	0x9fc0
#define FIRMWARE_MEMORY	0x20000

// First port of the disk device.
#define DISK		0x5d0

// Data area, offsets from 40:0.
#define SERIAL_PORTS	0x00
#define PRINTER_PORTS	0x08
#define EXTENDED_DATA	0x0e
#define EQUIPMENT	0x10
#define MEMORY_KB	0x13
#define SHIFT_STATE	0x17
#define KEY_HEAD	0x1a
#define KEY_TAIL	0x1c
#define KEY_BUFFER	0x1e
#define KEY_END		0x3e
#define VIDEO_MODE	0x49
#define VIDEO_COLUMNS	0x4a
#define VIDEO_SIZE	0x4c
#define VIDEO_START	0x4e
#define CURSOR		0x50
#define CURSOR_SHAPE	0x60
#define VIDEO_PAGE	0x62
#define CRTC_PORT	0x63
#define TICKS		0x6c
#define TICK_OVERFLOW	0x70
#define DISK_STATUS	0x74
#define DISK_COUNT	0x75
#define KEY_START_AT	0x80
#define KEY_END_AT	0x82
#define VIDEO_ROWS	0x84
#define VIDEO_HEIGHT	0x85
#define VIDEO_CONTROL	0x87

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
	// A jump to the reset vector asks for a reset, as on a PC.
	cmpb	$0, %cs:has_started
	je	1f
	mov	$0xfe, %al
	out	%al, $0x64
	hlt
1:	movb	$1, %cs:has_started
	xor	%ax, %ax
	mov	%ax, %ss
	mov	$0x7c00, %sp
	mov	%ax, %es

	// Vectors: everything to a bare iret, hardware interrupts to their acknowledgement, then the services.
	xor	%di, %di
	mov	$256, %cx
1:	mov	$dummy_iret, %ax
	stosw
	mov	%cs, %ax
	stosw
	loop	1b
	// 60h to 66h are the programs' own.
	xor	%ax, %ax
	mov	$0x60 * 4, %di
	mov	$14, %cx
	rep stosw
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
	// Floppy drive, coprocessor, mouse, colour display of 80 columns, one serial and one printer port.
	movw	$0x4227, EQUIPMENT
	movw	$0x3f8, SERIAL_PORTS
	movw	$0x378, PRINTER_PORTS
	movw	$EXTENDED_SEGMENT, EXTENDED_DATA
	movw	$639, MEMORY_KB
	movw	$KEY_BUFFER, KEY_HEAD
	movw	$KEY_BUFFER, KEY_TAIL
	movw	$KEY_BUFFER, KEY_START_AT
	movw	$KEY_END, KEY_END_AT
	movw	$0x3d4, CRTC_PORT
	movw	$0x5160, VIDEO_CONTROL
	mov	$0x80, %al
	mov	$DISK + 14, %dx
	out	%al, %dx
	inc	%dx
	in	%dx, %al
	mov	%al, DISK_COUNT
	push	$EXTENDED_SEGMENT
	pop	%es
	movw	$1, %es:0			// its size in KiB

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
	mov	$0xb8, %al
	out	%al, $0x21
	mov	$0x8e, %al
	out	%al, $0xa1

	// Timer: 18.2 ticks a second. Keyboard: interrupts on, translation on.
	mov	$0x34, %al
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
	// As SeaBIOS leaves them: the signature in AX, the drive in DL.
	mov	$0xaa55, %ax
	xor	%bx, %bx
	xor	%cx, %cx
	xor	%si, %si
	xor	%di, %di
	xor	%bp, %bp
	sti
	ljmp	$0, $0x7c00
4:
// 18h: what was booted gives up.
int18:
	sti
	mov	$no_disk, %si
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
	.asciz	"No bootable device.\r\n"
has_started:
	.byte	0

// ---------------------------------------------------------------- interrupts of the hardware
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

#include "video.h"
#include "disk.h"
#include "keyboard.h"
#include "ports.h"
#include "system.h"
#include "time.h"
#include "pci.h"

	.balign	2
vectors:
	.word	0x02 * 4, nmi, 0x05 * 4, print_screen, 0x08 * 4, timer, 0x09 * 4, keyboard
	.word	0x0a * 4, eoi_master, 0x0b * 4, eoi_master, 0x0c * 4, eoi_master, 0x0d * 4, eoi_master, 0x0e * 4, floppy, 0x0f * 4, eoi_master
	.word	0x70 * 4, eoi_slave, 0x71 * 4, eoi_slave, 0x72 * 4, eoi_slave, 0x73 * 4, eoi_slave
	.word	0x74 * 4, eoi_slave, 0x75 * 4, eoi_slave, 0x76 * 4, eoi_slave, 0x77 * 4, eoi_slave
	.word	0x10 * 4, int10, 0x11 * 4, equipment, 0x12 * 4, memory_size, 0x13 * 4, disk_service
	.word	0x14 * 4, serial_service, 0x15 * 4, system_service, 0x16 * 4, keyboard_service, 0x17 * 4, printer_service
	.word	0x18 * 4, int18, 0x19 * 4, bootstrap, 0x1a * 4, time_service
	.word	0x1e * 4, diskette, 0x40 * 4, diskette_service
	.word	-1

// Where the IBM PC/AT's BIOS has its entries; programs look for some of them (IBM PC/AT technical reference, "BIOS listing").
	. = 0xe2c3
nmi:	iret
	. = 0xe3fe
disk_service:
	jmp	int13
	. = 0xe6f2
bootstrap:
	jmp	int19
	. = 0xe6f5
model_table:
	.word	8
	.byte	0xfc, 0, 0			// AT, its sub-model and revision
	.byte	0x70, 0, 0, 0, 0		// second 8259, clock, keyboard intercept
	. = 0xe739
serial_service:
	jmp	int14
	. = 0xe82e
keyboard_service:
	jmp	int16
	. = 0xe987
keyboard:
	jmp	int09
	. = 0xec59
diskette_service:
	jmp	int13
	. = 0xef57
floppy:	jmp	eoi_master
	. = 0xefd2
printer_service:
	jmp	int17
	. = 0xf841
memory_size:
	jmp	int12
	. = 0xf84d
equipment:
	jmp	int11
	. = 0xf859
system_service:
	jmp	int15
	. = 0xfe6e
time_service:
	jmp	int1a
	. = 0xfea5
timer:	jmp	int08
	. = 0xff53
dummy_iret:
	iret
print_screen:
	iret

	. = 0xfff0
	ljmp	$0xf000, $post
	.ascii	"11/22/26"
	.byte	0, 0xfc, 0
