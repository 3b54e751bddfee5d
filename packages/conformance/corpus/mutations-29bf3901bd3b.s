# flags: --32
	.type   common,STT_COMMON