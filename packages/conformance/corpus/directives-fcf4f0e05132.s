# flags: --64
sym2: .incbin "/dev/null"