# flags: --64
.macro m x, y=5
.endm
.weakref msg, .L2