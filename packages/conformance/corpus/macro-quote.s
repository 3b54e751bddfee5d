# flags: --64
.macro m c
.byte '\c
.endm
m q
