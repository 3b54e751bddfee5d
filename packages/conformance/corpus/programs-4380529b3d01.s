# flags: --64
.set s, 0x123456789abcdef01
