# flags: --32
	.dc.a	.startof.(.text)