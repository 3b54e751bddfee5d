# flags: --64
sym2: .fill 