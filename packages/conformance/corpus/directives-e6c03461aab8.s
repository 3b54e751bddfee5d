# flags: --64
sym2: .balignw -1, 4, 1