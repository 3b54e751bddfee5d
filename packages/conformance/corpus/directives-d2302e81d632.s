# flags: --32
sym2: .uleb128 3*4%5 , 0x123456789abcdef01 , 255