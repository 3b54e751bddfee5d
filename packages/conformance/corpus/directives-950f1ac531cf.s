# flags: --64
sym2: .string "\"", 