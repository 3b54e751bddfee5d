# flags: --32
sym2: .fill , 8, -1