# 0 "line-sync.S"
# 0 "<built-in>"
# 0 "<command-line>"
# 1 "line-sync.S"
a1

a2


a3



a4




a5





a6






a7







a8
# 45 "line-sync.S"
a9
# 55 "line-sync.S"
a10
# 66 "line-sync.S"
a11
# 78 "line-sync.S"
a12
