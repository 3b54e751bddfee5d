# flags: --32
sym2: .align ,4