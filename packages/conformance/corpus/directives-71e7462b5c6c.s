# flags: --64
sym2: .string8 
.byte 1