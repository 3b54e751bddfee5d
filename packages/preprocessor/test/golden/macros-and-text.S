#define foo bar
#define bar foo
1: foo bar
2: bar foo
#define cat(a,b) a##b
3: cat(.,foo) cat($,x) cat(%,x) cat(+,-) cat(1,2) cat(x,1) cat(,) cat(x,) cat(,x) [cat(a,.)b]
#define O(...) __VA_OPT__(x) [__VA_ARGS__]
4: O() O(1)
#define str(x) #x
5: str(a  "b\n" 'c' \d) str(@) str()
6: <: :> %: %:%: <% %>
# 33 "file"
7: __LINE__ __FILE__
# comment FOO foo  don't /* x */ foo
8: R"(x)" u8"a" L'a' "/* no */" 'unterm // foo
9: "unterm /* foo
10: foo
#define OBJ # x ## y #z
11: OBJ
#define FN(x) # x #y #1 ##z
12: FN(a) $foo %foo .foo foo.bar 1foo foo$bar é foo@bar \foo
13: a/**/b   a   /* */  b    
	14: tab	tab		two
    15: four /* multi
    line */ after foo
    /* lead */ x
16: - -1
#define MM -
17: -MM -MM- +MM
18: cat(-,MM)MM
#unknown directive foo
#  unknown foo
#!foo
#define EMPTY
EMPTY # define x
EMPTY#foo
 foo
19: str
(x) y
20: str

z
21: str
#undef str
(z)
#define v(a...) [a]
22: v(1,2) v()
#define w(a,b...) [a,##b]
23: w(1) w(1,) w(1,2,3)
#line 100 "xx.S"
24: __LINE__ __FILE__ __COUNTER__ __COUNTER__ __INCLUDE_LEVEL__ __BASE_FILE__
#pragma once
#pragma GCC poison zork
#pragma foo bar  foo
#ident "hello"
#sccs "x"
#assert machine(x)
#warning foo  "bar" baz
25: 0b1 1.2e+3 1e+foo 0x1e+foo .5foo ...
 #define INDENTED
x   #define y
