# flags: --64
	.comm	foo,8,8
	.set	foo1,foo