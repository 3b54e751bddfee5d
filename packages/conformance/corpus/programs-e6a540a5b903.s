# flags: --64
.comm a,3
.comm b,33
.lcomm c,5
.local d
.comm d,4
