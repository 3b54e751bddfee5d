# flags: --64
.uleb128 !v+1