# 0 "variadic.S"
# 0 "<built-in>"
# 0 "<command-line>"
# 1 "variadic.S"






[] [1] [1, 2 , 3]
1 ; 1 , ; 1 ,2,3 ;
1 ; 1,2 ;
f(a ) f(a , b, c) f(a )
xy, z x
"a, b , \"c\"" ""





again


2*9*g


t(0) + z[0]




"x ## y"
# 38 "variadic.S"
printf("x" "1" "= %d, x" "2" "= %s", x1, x2)
"strncmp(\"abc\\0d\", \"abc\", '\\4') == 0" ": @\n"
"vers2.h" "hello" "hello" ", world"
