# flags: --64
sym2: .balign 8, 16, 