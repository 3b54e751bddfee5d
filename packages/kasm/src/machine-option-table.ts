// What gcc's machine options predefine: instruction sets and processors. Data only, one row a line.
// Written by running Debian's gcc 12.2.0 (`gcc -m32 -march=i386 -mSET -E -dM`, `gcc -march=PROCESSOR -E -dM`), because sources test
// what that compiler says.

/** Name behind -m, the macro, and the instruction sets that it brings along (those bring their own). */
export const instructionSets = `mmx __MMX__
sse __SSE__ mmx
sse2 __SSE2__ sse
sse3 __SSE3__ sse2
ssse3 __SSSE3__ sse3
sse4.1 __SSE4_1__ ssse3
sse4.2 __SSE4_2__ sse4.1
sse4a __SSE4A__ sse3
avx __AVX__ sse4.2 xsave
avx2 __AVX2__ avx
avx512f __AVX512F__ avx2
avx512cd __AVX512CD__ avx512f
avx512er __AVX512ER__ avx512f
avx512pf __AVX512PF__ avx512f
avx512bw __AVX512BW__ avx512f
avx512dq __AVX512DQ__ avx512f
avx512vl __AVX512VL__ avx512f
avx512ifma __AVX512IFMA__ avx512f
avx512vbmi __AVX512VBMI__ avx512bw
avx512vbmi2 __AVX512VBMI2__ avx512f
avx512vnni __AVX512VNNI__ avx512f
avx512bitalg __AVX512BITALG__ avx512f
avx512vpopcntdq __AVX512VPOPCNTDQ__ avx512f
avx512bf16 __AVX512BF16__ avx512bw
avx512fp16 __AVX512FP16__ avx512bw
avx512vp2intersect __AVX512VP2INTERSECT__ avx512dq
avx5124fmaps __AVX5124FMAPS__ avx512f
avx5124vnniw __AVX5124VNNIW__ avx512f
avxvnni __AVXVNNI__ avx2
fma __FMA__ avx
fma4 __FMA4__ sse4a avx
xop __XOP__ fma4
f16c __F16C__ avx
aes __AES__ sse2
pclmul __PCLMUL__ sse2
vaes __VAES__
vpclmulqdq __VPCLMULQDQ__
gfni __GFNI__
sha __SHA__ sse2
3dnow __3dNOW__ mmx
3dnowa __3dNOW_A__ 3dnow
abm __ABM__ lzcnt popcnt
lzcnt __LZCNT__
popcnt __POPCNT__
bmi __BMI__
bmi2 __BMI2__
tbm __TBM__
lwp __LWP__
adx __ADX__
rdrnd __RDRND__
rdseed __RDSEED__
rdpid __RDPID__
fsgsbase __FSGSBASE__
fxsr __FXSR__
xsave __XSAVE__
xsaveopt __XSAVEOPT__ xsave
xsavec __XSAVEC__ xsave
xsaves __XSAVES__ xsave
crc32 __CRC32__
movbe __MOVBE__
sahf __LAHF_SAHF__
cx16 __GCC_HAVE_SYNC_COMPARE_AND_SWAP_16
prfchw __PRFCHW__
prefetchwt1 __PREFETCHWT1__
clflushopt __CLFLUSHOPT__
clwb __CLWB__
clzero __CLZERO__
mwaitx __MWAITX__
pku __PKU__
rtm __RTM__
shstk __SHSTK__
sgx __SGX__
waitpkg __WAITPKG__
cldemote __CLDEMOTE__
movdiri __MOVDIRI__
movdir64b __MOVDIR64B__
enqcmd __ENQCMD__
ptwrite __PTWRITE__
serialize __SERIALIZE__
tsxldtrk __TSXLDTRK__
hreset __HRESET__
kl __KL__ sse2
widekl __WIDEKL__ kl
amx-tile __AMX_TILE__ xsave
amx-int8 __AMX_INT8__
amx-bf16 __AMX_BF16__
pconfig __PCONFIG__
wbnoinvd __WBNOINVD__`

/** Name behind -march= and -mtune=: instruction sets; names for `__NAME` and `__NAME__`; names for `__tune_NAME__`. */
export const processors = `nocona: sse3 fxsr cx16; nocona; nocona
core2: ssse3 fxsr sahf cx16; core2; core2
nehalem: sse4.2 fxsr sahf cx16; corei7 nehalem; corei7 nehalem
corei7: sse4.2 fxsr sahf cx16; corei7 nehalem; corei7 nehalem
westmere: sse4.2 pclmul fxsr sahf cx16; corei7 nehalem; corei7 nehalem
sandybridge: avx pclmul fxsr xsaveopt sahf cx16; corei7_avx sandybridge; corei7_avx sandybridge
corei7-avx: avx pclmul fxsr xsaveopt sahf cx16; corei7_avx sandybridge; corei7_avx sandybridge
ivybridge: f16c pclmul rdrnd fsgsbase fxsr xsaveopt sahf cx16; corei7_avx sandybridge; corei7_avx sandybridge
core-avx-i: f16c pclmul rdrnd fsgsbase fxsr xsaveopt sahf cx16; corei7_avx sandybridge; corei7_avx sandybridge
haswell: avx2 fma f16c pclmul lzcnt bmi bmi2 rdrnd fsgsbase fxsr xsaveopt movbe sahf cx16; core_avx2 haswell; core_avx2 haswell
core-avx2: avx2 fma f16c pclmul lzcnt bmi bmi2 rdrnd fsgsbase fxsr xsaveopt movbe sahf cx16; core_avx2 haswell; core_avx2 haswell
broadwell: avx2 fma f16c pclmul lzcnt bmi bmi2 adx rdrnd rdseed fsgsbase fxsr xsaveopt movbe sahf cx16 prfchw; core_avx2 haswell; core_avx2 haswell
skylake: avx2 fma f16c aes pclmul lzcnt bmi bmi2 adx rdrnd rdseed fsgsbase fxsr xsaveopt xsavec xsaves movbe sahf cx16 prfchw clflushopt sgx; skylake; skylake
skylake-avx512: avx512cd avx512bw avx512dq avx512vl fma f16c aes pclmul lzcnt bmi bmi2 adx rdrnd rdseed fsgsbase fxsr xsaveopt xsavec xsaves movbe sahf cx16 prfchw clflushopt clwb pku sgx; skylake_avx512; skylake_avx512
cannonlake: avx512cd avx512dq avx512vl avx512ifma avx512vbmi fma f16c aes pclmul sha lzcnt bmi bmi2 adx rdrnd rdseed fsgsbase fxsr xsaveopt xsavec xsaves movbe sahf cx16 prfchw clflushopt pku sgx; cannonlake; cannonlake
icelake-client: avx512cd avx512dq avx512vl avx512ifma avx512vbmi avx512vbmi2 avx512vnni avx512bitalg avx512vpopcntdq fma f16c aes pclmul vaes vpclmulqdq gfni sha lzcnt bmi bmi2 adx rdrnd rdseed rdpid fsgsbase fxsr xsaveopt xsavec xsaves movbe sahf cx16 prfchw clflushopt pku sgx; icelake_client; icelake_client
rocketlake: avx512cd avx512dq avx512vl avx512ifma avx512vbmi avx512vbmi2 avx512vnni avx512bitalg avx512vpopcntdq fma f16c aes pclmul vaes vpclmulqdq gfni sha lzcnt bmi bmi2 adx rdrnd rdseed rdpid fsgsbase fxsr xsaveopt xsavec xsaves movbe sahf cx16 prfchw clflushopt pku; rocketlake; rocketlake
icelake-server: avx512cd avx512dq avx512vl avx512ifma avx512vbmi avx512vbmi2 avx512vnni avx512bitalg avx512vpopcntdq fma f16c aes pclmul vaes vpclmulqdq gfni sha lzcnt bmi bmi2 adx rdrnd rdseed rdpid fsgsbase fxsr xsaveopt xsavec xsaves movbe sahf cx16 prfchw clflushopt clwb pku sgx pconfig wbnoinvd; icelake_server; icelake_server
cascadelake: avx512cd avx512bw avx512dq avx512vl avx512vnni fma f16c aes pclmul lzcnt bmi bmi2 adx rdrnd rdseed fsgsbase fxsr xsaveopt xsavec xsaves movbe sahf cx16 prfchw clflushopt clwb pku sgx; cascadelake; cascadelake
tigerlake: avx512cd avx512vl avx512ifma avx512vbmi avx512vbmi2 avx512vnni avx512bitalg avx512vpopcntdq avx512vp2intersect fma f16c aes pclmul vaes vpclmulqdq gfni sha lzcnt bmi bmi2 adx rdrnd rdseed rdpid fsgsbase fxsr xsaveopt xsavec xsaves movbe sahf cx16 prfchw clflushopt clwb pku sgx movdiri movdir64b widekl; tigerlake; tigerlake
cooperlake: avx512cd avx512dq avx512vl avx512vnni avx512bf16 fma f16c aes pclmul lzcnt bmi bmi2 adx rdrnd rdseed fsgsbase fxsr xsaveopt xsavec xsaves movbe sahf cx16 prfchw clflushopt clwb pku sgx; cooperlake; cooperlake
sapphirerapids: avx512cd avx512vl avx512ifma avx512vbmi avx512vbmi2 avx512vnni avx512bitalg avx512vpopcntdq avx512bf16 avx512fp16 avx512vp2intersect avxvnni fma f16c aes pclmul vaes vpclmulqdq gfni sha lzcnt bmi bmi2 adx rdrnd rdseed rdpid fsgsbase fxsr xsaveopt xsavec xsaves movbe sahf cx16 prfchw clflushopt clwb pku sgx waitpkg cldemote movdiri movdir64b enqcmd ptwrite serialize tsxldtrk amx-tile amx-int8 amx-bf16 pconfig wbnoinvd; sapphirerapids; sapphirerapids
alderlake: avxvnni fma f16c aes pclmul vaes vpclmulqdq gfni sha lzcnt bmi bmi2 adx rdrnd rdseed rdpid fsgsbase fxsr xsaveopt xsavec xsaves movbe sahf cx16 prfchw clflushopt clwb pku sgx waitpkg cldemote movdiri movdir64b ptwrite serialize hreset widekl pconfig; alderlake; alderlake
bonnell: ssse3 fxsr movbe sahf cx16; atom bonnell; atom bonnell
atom: ssse3 fxsr movbe sahf cx16; atom bonnell; atom bonnell
silvermont: sse4.2 pclmul rdrnd fxsr movbe sahf cx16 prfchw; silvermont slm; silvermont slm
slm: sse4.2 pclmul rdrnd fxsr movbe sahf cx16 prfchw; silvermont slm; silvermont slm
goldmont: sse4.2 aes pclmul sha rdrnd rdseed fsgsbase fxsr xsaveopt xsavec xsaves movbe sahf cx16 prfchw clflushopt; goldmont; goldmont
goldmont-plus: sse4.2 aes pclmul sha rdrnd rdseed rdpid fsgsbase fxsr xsaveopt xsavec xsaves movbe sahf cx16 prfchw clflushopt sgx ptwrite; goldmont_plus; goldmont_plus
tremont: sse4.2 aes pclmul gfni sha rdrnd rdseed rdpid fsgsbase fxsr xsaveopt xsavec xsaves movbe sahf cx16 prfchw clflushopt clwb sgx waitpkg cldemote movdiri movdir64b ptwrite; tremont; tremont
knl: avx512cd avx512er avx512pf fma f16c pclmul lzcnt bmi bmi2 adx rdrnd rdseed fsgsbase fxsr xsaveopt movbe sahf cx16 prfchw prefetchwt1; knl; knl
knm: avx512cd avx512er avx512pf avx512vpopcntdq avx5124fmaps avx5124vnniw fma f16c pclmul lzcnt bmi bmi2 adx rdrnd rdseed fsgsbase fxsr xsaveopt movbe sahf cx16 prfchw prefetchwt1; knm; knm
x86-64: sse2 fxsr; k8; 
x86-64-v2: sse4.2 fxsr sahf cx16; k8; 
x86-64-v3: avx2 fma f16c lzcnt bmi bmi2 fxsr movbe sahf cx16; k8; 
x86-64-v4: avx512cd avx512bw avx512dq avx512vl fma f16c lzcnt bmi bmi2 fxsr movbe sahf cx16; k8; 
eden-x2: sse3 fxsr sahf; k8; k8
nano: ssse3 fxsr sahf; k8; k8
nano-1000: ssse3 fxsr sahf; k8; k8
nano-2000: ssse3 fxsr sahf; k8; k8
nano-3000: sse4.1 fxsr sahf; k8; k8
nano-x2: sse4.1 fxsr sahf; k8; k8
eden-x4: sse4.1 fxsr sahf; k8; k8
nano-x4: sse4.1 fxsr sahf; k8; k8
k8: sse2 3dnowa fxsr; k8; k8
k8-sse3: sse3 3dnowa fxsr; k8; k8
opteron: sse2 3dnowa fxsr; k8; k8
opteron-sse3: sse3 3dnowa fxsr; k8; k8
athlon64: sse2 3dnowa fxsr; k8; k8
athlon64-sse3: sse3 3dnowa fxsr; k8; k8
athlon-fx: sse2 3dnowa fxsr; k8; k8
amdfam10: sse4a 3dnowa abm fxsr sahf cx16 prfchw; amdfam10; amdfam10
barcelona: sse4a 3dnowa abm fxsr sahf cx16 prfchw; amdfam10; amdfam10
bdver1: xop aes pclmul abm lwp fxsr sahf cx16 prfchw; bdver1; bdver1
bdver2: fma xop f16c aes pclmul abm bmi tbm lwp fxsr sahf cx16 prfchw; bdver2; bdver2
bdver3: fma xop f16c aes pclmul abm bmi tbm lwp fsgsbase fxsr xsaveopt sahf cx16 prfchw; bdver3; bdver3
bdver4: avx2 fma xop f16c aes pclmul abm bmi bmi2 tbm lwp rdrnd fsgsbase fxsr xsaveopt movbe sahf cx16 prfchw mwaitx; bdver4; bdver4
znver1: sse4a avx2 fma f16c aes pclmul sha abm bmi bmi2 adx rdrnd rdseed fsgsbase fxsr xsaveopt xsavec xsaves movbe sahf cx16 prfchw clflushopt clzero mwaitx; znver1; znver1
znver2: sse4a avx2 fma f16c aes pclmul sha abm bmi bmi2 adx rdrnd rdseed rdpid fsgsbase fxsr xsaveopt xsavec xsaves movbe sahf cx16 prfchw clflushopt clwb clzero mwaitx wbnoinvd; znver2; znver2
znver3: sse4a avx2 fma f16c aes pclmul vaes vpclmulqdq sha abm bmi bmi2 adx rdrnd rdseed rdpid fsgsbase fxsr xsaveopt xsavec xsaves movbe sahf cx16 prfchw clflushopt clwb clzero mwaitx pku wbnoinvd; znver3; znver3
btver1: ssse3 sse4a abm fxsr xsave sahf cx16 prfchw; btver1; btver1
btver2: sse4a f16c aes pclmul abm bmi fxsr xsaveopt movbe sahf cx16 prfchw; btver2; btver2
i386: sahf; ; i386
i486: sahf; i486; i486
i586: sahf; i586 pentium; i586 pentium
pentium: sahf; i586 pentium; i586 pentium
lakemont: sahf; i586 pentium; lakemont
pentium-mmx: mmx sahf; i586 pentium pentium_mmx; i586 pentium pentium_mmx
winchip-c6: mmx sahf; i486; i486
winchip2: 3dnow sahf; i486; i486
c3: 3dnow sahf; i486; i486
samuel-2: 3dnow sahf; i486; i486
c3-2: sse fxsr sahf; i686 pentiumpro; i686 pentium2 pentiumpro
nehemiah: sse fxsr sahf; i686 pentiumpro; i686 pentiumpro
c7: sse3 fxsr sahf; i686 pentiumpro; i686 pentiumpro
esther: sse3 fxsr sahf; i686 pentiumpro; i686 pentiumpro
i686: sahf; i686 pentiumpro; i686 pentiumpro
pentiumpro: sahf; i686 pentiumpro; i686 pentiumpro
pentium2: mmx fxsr sahf; i686 pentiumpro; i686 pentium2 pentiumpro
pentium3: sse fxsr sahf; i686 pentiumpro; i686 pentium2 pentium3 pentiumpro
pentium3m: sse fxsr sahf; i686 pentiumpro; i686 pentiumpro
pentium-m: sse2 fxsr sahf; i686 pentiumpro; i686 pentiumpro
pentium4: sse2 fxsr sahf; pentium4; pentium4
pentium4m: sse2 fxsr sahf; pentium4; pentium4
prescott: sse3 fxsr sahf; nocona; nocona
geode: 3dnowa sahf; geode; geode
k6: mmx sahf; k6; k6
k6-2: 3dnow sahf; k6_2 k6; k6 k6_2
k6-3: 3dnow sahf; k6_3 k6; k6 k6_3
athlon: 3dnowa sahf; athlon; athlon
athlon-tbird: 3dnowa sahf; athlon; athlon
athlon-4: sse 3dnowa fxsr sahf; athlon athlon_sse; athlon athlon_sse
athlon-xp: sse 3dnowa fxsr sahf; athlon athlon_sse; athlon athlon_sse
athlon-mp: sse 3dnowa fxsr sahf; athlon athlon_sse; athlon athlon_sse`
