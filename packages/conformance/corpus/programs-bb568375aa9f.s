# flags: --64
.byte 1,2,3
a:
.data
.uleb128 a+1
.sleb128 a
