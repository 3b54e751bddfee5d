# flags: --32
sym2: .align , 2, 2+2