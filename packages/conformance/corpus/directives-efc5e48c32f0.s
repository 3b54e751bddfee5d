# flags: --32
sym2: .incbin "/dev/null"