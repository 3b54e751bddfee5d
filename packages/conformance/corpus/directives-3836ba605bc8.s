# flags: --32
sym2: .align -1, 2