# flags: --64
sym2: .sleb128 sym@TPOFF==-0x8000000000000000 , 7/2