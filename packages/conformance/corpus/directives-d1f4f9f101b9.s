# flags: --64
sym2: .asciz "é", "