# 0 "line-numbers.S"
# 0 "<built-in>"
# 0 "<command-line>"
# 1 "line-numbers.S"




5 6 7


8 1 9 9 10 10


11 12 13 15 15




16 17 1 19
