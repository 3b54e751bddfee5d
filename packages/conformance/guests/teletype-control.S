// Control characters of the teletype: bell, backspace, line feed alone, carriage return alone, tab and others as glyphs.
	.include "boot.inc"
	begin_boot
	mov	$3, %ax
	int	$0x10
	print	"abc\b\bX\nbelow\rover\r\n"
	print	"bell\007bell\ttab\001\002\013\014\r\n\b\bback at the margin"
	stop
	end_boot
