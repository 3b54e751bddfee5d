//! flags: -m16 -nostdlib -DDEBUG -DLEVEL=3 -DNAME=\"box\"
//! script: com.lds
#if defined(DEBUG) && LEVEL > 2
# define TRACE(c) mov $c, %al; out %al, $0xe9
#else
# define TRACE(c)
#endif
#define STRING(x) #x
#define EXPAND(x) STRING(x)
#define PASTE(a, b) a##b
.text
	TRACE('a')
	TRACE(0x0a)
PASTE(la, bel):
	.ascii NAME, EXPAND(LEVEL)
	.ifdef label
	nop
	.else
	hlt
	.endif
	.ifndef nothing
	.byte 1
	.elseif 1
	.byte 2
	.endif
	.ifc a,a
	.byte 3
	.endif
	.ifeqs "x", "x"
	.byte 4
	.endif
	.if LEVEL >= 3 && LEVEL != 4 || 0
	.byte -1, !0, ~0 & 0xff, 7 % 4, 1 << 4 >> 2, 3 ^ 1, (2 + 3) * 4
	.endif
	.macro count from, to
	.byte \from
	.if \from < \to
	count "(\from + 1)", \to
	.endif
	.endm
	count 1, 5
	.purgem count
#ifdef __i386__
	.byte 0x86
#endif
#ifdef __ASSEMBLER__
	.byte __LINE__
#endif
