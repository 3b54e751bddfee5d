# 0 "macros-and-text.S"
# 0 "<built-in>"
# 0 "<command-line>"
# 1 "macros-and-text.S"


1: foo bar
2: bar foo

3: .foo $x %x +- 12 x1 x x [a.b]

4: [] x [1]

5: "a \"b\\n\" 'c' \d" "@" ""
6: <: :> %: %:%: <% %>
# 33 "file"
7: 13 "macros-and-text.S"
 # comment FOO foo don't /* x */ foo
8: R"(x)" u8"a" L'a' "/* no */" 'unterm // foo
9: "unterm /* foo
10: foo

11: # xy #z

12: "a" #y #1z $foo %foo .foo foo.bar 1foo foo$bar é foo@bar \ foo
13: a b a b
 14: tab tab two
    15: four after foo

               x
16: - -1

17: - - - - - +-
18: - - -
 #unknown directive foo
 # unknown foo
 #!foo

 # define x
 #foo
 foo
19: "x" y

20: str

z
21: str

(z)

22: [1,2] []

23: [1] [1,] [1,2,3]
# 100 "xx.S"
24: 100 "xx.S" 0 1 0 "macros-and-text.S"
       
       





25: 0b1 1.2e+3 1e+foo 0x1e+foo .5foo ...

x #define y
