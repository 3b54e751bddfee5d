# flags: --32
sym2: .dcb.l 2, 40