# flags: --32
sym2: .dcb.l 4, 40