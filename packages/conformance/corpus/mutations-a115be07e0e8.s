# flags: --32
	jmp normal@PLT
normal: