# flags: --32
.ascii <65>,"b"
.asciz , "a"
.string8 <abc>, "a"
