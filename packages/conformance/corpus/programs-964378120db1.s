# flags: --64
.macro m x, y=5
.endm
.macro n2 p:vararg
.endm
.size .L2, b-a