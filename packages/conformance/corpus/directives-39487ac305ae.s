# flags: --32
sym2: .uleb128 0x123456789abcdef01+0 , -1 , 0x7fff