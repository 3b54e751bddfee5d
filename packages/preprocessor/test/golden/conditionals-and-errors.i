# 0 "conditionals-and-errors.S"
# 0 "<built-in>"
# 0 "<command-line>"
# 1 "conditionals-and-errors.S"
   # foo


x

L'a' L"x" u8"z"

hasinc
# 17 "conditionals-and-errors.S"
fn

__VA_ARGS__


c


m


m




1

2

2
.if 1






a


b



x


f






f

f
