// Real mode to flat 32-bit protected mode, text straight into video memory.
	.include "boot.inc"
	.include "protected.inc"
	begin_boot
	enter_protected
	say	"Protected mode "
	mov	%cs, %eax
	say_number %eax
	str	%ax
	movzwl	%ax, %eax
	say_number %eax
	smsw	%ax
	and	$1, %eax
	say_number %eax
	stop
	end_protected
