// int 1Ah, B1h: the PCI BIOS of real mode: is it there, find by identity or class, read and write configuration space. One bus. Follows the PCI BIOS
// Specification 2.1.

#define PCI_ADDRESS	0xcf8
#define PCI_DATA	0xcfc

pci_service:
	cmp	$0x01, %al
	je	pci_present
	cmp	$0x02, %al
	je	pci_find
	cmp	$0x03, %al
	je	pci_find
	sub	$0x08, %al
	cmp	$5, %al
	ja	pci_unsupported
	// Read or write a byte, word or double word at BX (bus, device, function) and DI.
	mov	%al, %ah
	movzwl	R_BX(%bp), %ebx
	shl	$8, %ebx
	mov	R_DI(%bp), %bl
	call	pci_select
	mov	R_DI(%bp), %bx
	and	$3, %bx
	add	%bx, %dx
	cmp	$3, %ah
	jae	2f
	cmp	$1, %ah
	jb	0f
	je	1f
	in	%dx, %eax
	mov	%eax, %ecx			// its upper half stays in ECX
	mov	%ax, R_CX(%bp)
	jmp	pci_done
0:	in	%dx, %al
	mov	%al, R_CL(%bp)
	jmp	pci_done
1:	in	%dx, %ax
	mov	%ax, R_CX(%bp)
	jmp	pci_done
2:	cmp	$4, %ah
	mov	%ecx, %eax
	jb	0f
	je	1f
	out	%eax, %dx
	jmp	pci_done
0:	out	%al, %dx
	jmp	pci_done
1:	out	%ax, %dx
pci_done:
	movb	$0, R_AH(%bp)
	andw	$~1, R_FLAGS(%bp)
	leave_bios

pci_present:
	mov	$0x20494350, %edx		// "PCI "; POPA leaves the upper half
	mov	%dx, R_DX(%bp)
	movw	$0x0001, R_AX(%bp)		// configuration mechanism 1
	movw	$0x0210, R_BX(%bp)
	movb	$0, R_CL(%bp)			// the last bus
	andw	$~1, R_FLAGS(%bp)
	leave_bios

// 02h: vendor DX, device CX. 03h: class in ECX. The one of number SI, to BX.
pci_find:
	mov	%ecx, %edi
	cmp	$0x02, %al
	jne	1f
	shl	$16, %edi
	mov	R_DX(%bp), %di
	jmp	2f
1:	and	$0xffffff, %edi
2:	mov	R_SI(%bp), %cx
	xor	%si, %si			// device and function
3:	movzwl	%si, %ebx
	shl	$8, %ebx
	cmpb	$0x02, R_AL(%bp)
	je	4f
	mov	$8, %bl
4:	call	pci_select
	in	%dx, %eax
	cmp	$-1, %eax
	je	6f
	cmpb	$0x02, R_AL(%bp)
	je	5f
	shr	$8, %eax
5:	cmp	%edi, %eax
	jne	6f
	sub	$1, %cx
	jnc	6f
	mov	%si, R_BX(%bp)
	jmp	pci_done
6:	inc	%si
	cmp	$0x100, %si
	jb	3b
	mov	$0x86, %ah			// not found
	jmp	pci_fail
pci_unsupported:
	mov	$0x81, %ah
pci_fail:
	mov	%ah, R_AH(%bp)
	orw	$1, R_FLAGS(%bp)
	leave_bios

// %ebx: bus, device and function << 8, register. Leaves %dx at the data; keeps %ah.
pci_select:
	push	%eax
	mov	%ebx, %eax
	or	$0x80000000, %eax
	and	$~3, %al
	mov	$PCI_ADDRESS, %dx
	out	%eax, %dx
	mov	$PCI_DATA, %dx
	pop	%eax
	ret
