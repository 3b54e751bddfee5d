# flags: --64
sym2: .int 0xffffffff&0x123456789abcdef01 , 256