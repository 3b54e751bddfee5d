# flags: --32
sym2: .dcb.l 8, 5