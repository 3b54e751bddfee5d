# flags: --32
sym2: .string8 "a" "b", 