# flags: --64
sym2: .p2align ,4, 16