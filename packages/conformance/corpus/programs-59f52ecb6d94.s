# flags: --64
.macro m x, y=5
.ifnb \x
.long \x
.endif
.endm
m %eax