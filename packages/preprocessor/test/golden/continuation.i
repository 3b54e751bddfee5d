# 0 "continuation.S"
# 0 "<built-in>"
# 0 "<command-line>"
# 1 "continuation.S"



a b c end of line


                   after


next 10

"a string that goes on" x


1 -2 same line

INSIDE-INSIDE






done
