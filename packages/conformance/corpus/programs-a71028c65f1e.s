# flags: --64
jmp far
.set far, . + 0x90000000
