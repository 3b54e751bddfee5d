// The PIT's second counter as a stop-watch, the speaker's gate, read-back of the status.
	.include "boot.inc"
	begin_boot
	in	$0x61, %al
	and	$~2, %al
	or	$1, %al
	out	%al, $0x61
	mov	$0xb0, %al
	out	%al, $0x43
	mov	$0xa9, %al
	out	%al, $0x42
	mov	$0x04, %al
	out	%al, $0x42
1:	in	$0x61, %al
	test	$0x20, %al
	jz	1b
	print	"one millisecond "
	mov	$0xe8, %al
	out	%al, $0x43
	in	$0x42, %al
	print8	%al
	mov	$0xe2, %al
	out	%al, $0x43
	in	$0x40, %al
	and	$0x3f, %al
	print8	%al
	mov	$0xb6, %al
	out	%al, $0x43
	mov	$0xdc, %al
	out	%al, $0x42
	mov	$0x05, %al
	out	%al, $0x42
	in	$0x61, %al
	or	$3, %al
	out	%al, $0x61
	in	$0x61, %al
	and	$3, %al
	print8	%al
	in	$0x61, %al
	and	$~3, %al
	out	%al, $0x61
	print	"beep"
	stop
	end_boot
