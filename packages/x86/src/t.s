vmovq 8(%ecx),%xmm4
