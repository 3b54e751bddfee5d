# flags: --32
.macro m x, y=5
.endm
.macro n2 p:vararg
.endm
.sleb128 . != 2f