# flags: --32
sym2: .string16 <abc>