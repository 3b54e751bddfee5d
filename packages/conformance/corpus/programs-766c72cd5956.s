# flags: --32
.macro m x, y=5
.endm
.macro n2 p:vararg
.endm
.if 0xffff+-1
.endif
.ifndef far_one
.endif
.quad !.+-128 != far_one