# flags: --64
sym2: .fill ,4, 5