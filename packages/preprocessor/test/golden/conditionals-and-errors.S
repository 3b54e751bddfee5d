   # foo
#
# 
x
#define L foo
L'a' L"x" u8"z"
#ifdef __has_include
hasinc
#endif
#ifdef __has_attribute
hasattr
#endif
#ifdef __has_builtin
hasb
#endif
#ifdef __FILE_NAME__
fn
#endif
__VA_ARGS__
#define X __VA_ARGS__ __VA_OPT__
#if defined X && (1,2)
c
#endif
#if #machine(x86_64)
m
#endif
#if #cpu(x86_64)
m
#endif
#elifdef X
/* unterminated in directive
*/ #define YY 1
YY
# /* c */ define ZZ 2
ZZ
/* c */ # define ZZZ 2
ZZZ
.if 1
# if 0
don't "foo /* bar
'/* baz'
# endif
#else foo
#endif bar
a
#endif
#if 1
b
#else foo
#endif bar
#elifdef foo
x
#undef L foo
#define f(x) <x>
f(1
#define g 5
 g,
#if 1
 h
#endif
)
f (2
,3)
f(
