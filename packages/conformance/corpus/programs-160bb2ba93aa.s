# flags: --32
.symver foo,foo@v1
.symver foo,foo@v2
