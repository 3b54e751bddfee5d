//! flags: -nostdlib
//! script: com.lds
.code16
.text
	mov (%bx), %ax
	mov (%bp), %ax
	mov 4(%bp,%si), %al
	mov -200(%bx,%di), %cx
	mov variable, %dx
	mov %dx, variable+2
	mov variable(%si), %dx
	mov %ax, %fs:0x10
	movl $0x12345678, %es:(%di)
	mov (%eax), %bx
	mov (%esp,%ecx,2), %bx
	addl $1000, 8(%ebp)
	addw $-1, (%bx)
	addb $1, variable
	cmpw $128, (%di)
	imul $10, %ax, %cx
	imul $1000, %bx
	shl $3, %ax
	shrd $4, %ax, %dx
	lds variable, %si
	les 4(%bx), %di
	lss (%si), %sp
	sidt variable
	smsw %ax
	mov %cr0, %eax
	xlat
	data32 ret
	addr32 mov (%ebx), %al
	pushl $-1
	push $300
	pushfl
	bound %ax, (%bx)
	enter $16, $1
	movsbw %al, %bx
	movzwl %ax, %ebx
	in %dx, %eax
	outsl
	insb
	aam
	aad $16
.bss
variable: .space 6
