# flags: --32
sym2: .ascii 
.byte 1