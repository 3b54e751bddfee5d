# flags: --32
	.if 0
	.endif %esi