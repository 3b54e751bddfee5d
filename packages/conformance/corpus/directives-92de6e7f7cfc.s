# flags: --32
sym2: .p2align 40, , 2+2