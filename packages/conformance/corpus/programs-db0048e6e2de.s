# flags: --32
.version "01.01"
.version "b"
