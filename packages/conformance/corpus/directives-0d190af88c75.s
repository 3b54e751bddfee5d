# flags: --64
sym2: .quad 0x123456789abcdef01&&128