#define A(...) [__VA_ARGS__]
#define B(x, ...) x , ## __VA_ARGS__ ;
#define C(x, rest...) x, ##rest ;
#define D(fmt, ...) f(fmt __VA_OPT__(,) __VA_ARGS__)
#define E(x, ...) x ## __VA_ARGS__
#define F(...) #__VA_ARGS__
A() A(1) A(1, 2 , 3)
B(1) B(1,) B(1,2,3)
C(1) C(1,2)
D(a) D(a, b, c) D(a, )
E(x, y, z) E(x)
F(a,  b , "c") F()
#define EVAL(...) EVAL1(EVAL1(__VA_ARGS__))
#define EVAL1(...) __VA_ARGS__
#define DEFER(x) x EMPTY()
#define EMPTY()
#define REPEAT() again
EVAL(DEFER(REPEAT)())
#define f(a) a*g
#define g(a) f(a)
f(2)(9)
#define z z[0]
#define t(a) a
t(t)(0) + t(z)
#define hash_hash # ## #
#define mkstr(a) # a
#define in_between(a) mkstr(a)
#define join(c, d) in_between(c hash_hash d)
join(x, y)
#define xstr(s) str(s)
#define str(s) # s
#define debug(s, t) printf("x" # s "= %d, x" # t "= %s", x ## s, x ## t)
#define INCFILE(n) vers ## n
#define glue(a, b) a ## b
#define xglue(a, b) glue(a, b)
#define HIGHLOW "hello"
#define LOW LOW ", world"
debug(1, 2)
str(strncmp("abc\0d", "abc", '\4') == 0) str(: @\n)
xstr(INCFILE(2).h) glue(HIGH, LOW) xglue(HIGH, LOW)
