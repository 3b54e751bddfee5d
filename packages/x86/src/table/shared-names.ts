// Vector instructions whose names integer instructions have too, alone or with a suffix: movq is mov with q, movsd a string instruction.
// They stand apart so that the most frequent names of integer code do not build the whole vector table.

export function sharedNameRows(): readonly string[] {
  return [
    'movss | xmm, xmm/m32 | F3 0F 10 /r | isa=sse',
    'movss | xmm/m32, xmm | F3 0F 11 /r | isa=sse',
    'movsd | xmm, xmm/m64 | F2 0F 10 /r | isa=sse2',
    'movsd | xmm/m64, xmm | F2 0F 11 /r | isa=sse2',
    'movnti | m32, r32 | 0F C3 /r | isa=sse2',
    'movnti | m64, r64 | o64 0F C3 /r | only64 isa=sse2',
    'movq | xmm, xmm/m64 | F3 0F 7E /r | suf=- isa=sse2',
    'movq | xmm/m64, xmm | 66 0F D6 /r | suf=- isa=sse2',
    'movq | xmm, r64 | o64 66 0F 6E /r | only64 suf=- isa=sse2',
    'movq | r64, xmm | o64 66 0F 7E /r | only64 suf=- isa=sse2 op=MR',
    'cmpss | xmm, xmm/m32, imm8 | F3 0F C2 /r ib | isa=sse',
    'cmpsd | xmm, xmm/m64, imm8 | F2 0F C2 /r ib | isa=sse2',
    'movq | mm, mm/m64 | 0F 6F /r    | isa=mmx suf=-',
    'movq | mm/m64, mm | 0F 7F /r    | isa=mmx suf=-',
    'movq | mm, r/m64 | o64 0F 6E /r | isa=mmx suf=- only64',
    'movq | r/m64, mm | o64 0F 7E /r | isa=mmx suf=- only64',
  ]
}
