# flags: --32
sym2: .quad 0x123456789abcdef01 , 0x7fff