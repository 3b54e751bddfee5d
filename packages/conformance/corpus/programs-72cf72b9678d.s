# flags: --64
.quad 0x123456789abcdef01, 0x123456789abcdef01+1
.uleb128 0x123456789abcdef01
.octa -0x123456789abcdef01
