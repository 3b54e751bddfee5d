# flags: --32
	.symver foo,fo$o@version1
	.symver foo,foo@version2