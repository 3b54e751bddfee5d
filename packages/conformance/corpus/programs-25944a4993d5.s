# flags: --64
movq far(%rip), %rax
.set far, . + 0x80000000
