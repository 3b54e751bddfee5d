# flags: --32
sym2: .ascii <abc>, 