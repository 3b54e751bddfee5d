# flags: --32
sym2: .dcb.l 1, 5