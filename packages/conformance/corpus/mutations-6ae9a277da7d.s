# flags: --64
	.attach_to_group foo.group  /* Already attached.  *