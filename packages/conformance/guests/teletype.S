// The first boot sector of every tutorial: a string by int 10h, function 0Eh.
	.include "boot.inc"
	begin_boot
	print	"Hello, boot sector!\r\nThe second line.\r\n"
	stop
	end_boot
