# flags: --64
.8byte " 0x80000000 .2byte .4byte test .2byte add 	 -0x8000 0x7fff lret dec data32 0x7fffffff .long 256