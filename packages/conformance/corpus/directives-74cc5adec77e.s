# flags: --64
sym2: .fill 1, ,4