# flags: --64
.macro m x, y=5
.endm
.eqv w, !.