// The family that a test of the gas suite is counted in, by its folder and name.

/** The first that matches the test's name. */
const families: readonly (readonly [string, RegExp])[] = [
  ['amx', /amx|tile/],
  ['avx512', /avx512|avx-?wig|evex|xmmword|vp2intersect/],
  ['avx/fma/vex', /avx|fma(?!k)|f16c|vaes|vpclmul|gfni|vnni|ifma|vgather|vex|xop|lwp|tbm|lig|wig|unspec/],
  ['bmi/adx', /bmi|adx|lzcnt|popcnt|movbe|rdrnd|rdseed|abm/],
  ['aes/sha/clmul', /aes|sha|clmul|padlock|pclmul|keylocker|widekl|(^|-)kl/],
  ['sse', /sse|simd|katmai|crc32|mwait|ntsd|movntdqa|merom|nehalem|movq/],
  ['mmx/3dnow', /mmx|amdfam|3dn|(^|-)amd$|ssemmx/],
  ['x87', /float|fpu|fp($|-)|^fp|x87|fxsave|fsub|wait/],
  ['mpx/bnd', /mpx|bnd/],
  ['cet', /cet|ibt|shstk|property|notrack/],
  ['align/nops/branch/lfence', /nop|align|branch|lfence|boundary|prefetch|bundle/],
  ['reloc/tls/got', /reloc|tls|got|plt|size|gotoff|pcrel|ifunc|addend|large|medium|local-pic|mixed-mode-reloc/],
  ['optimize', /optimize|movabs|mov-?abs/],
  [
    'system/virt',
    new RegExp(
      'vmx|smx|svme|vmfunc|invpcid|xsave|rdtscp|smap|clac|clflush|clwb|pcommit|se1|sgx|ptwrite|rdpid|wbno|mcommit' +
        '|rdpru|snp|invlpgb|tdx|uintr|hreset|serialize|xsusldtrk|tsxldtrk|pconfig|cldemote|movdir|enqcmd|waitpkg' +
        '|monitor|clzero|fsgs|rtm|hle|monitorx|fred|lkgs|msrlist|wrmsr|cmpccx|rao|prefetchi|ospke|pku|syscall' +
        '|sysenter|cr|dr(?!ive)|tr|vmgexit|rdrand|long-1',
    ),
  ],
  ['syntax: intel', /intel/],
  ['16-bit', /16/],
]

export function familyOf(folder: string, name: string): string {
  if (!folder.startsWith('i386')) return `generic: ${folder}`
  const base = name.replace(/^(x86-64-|ilp32-)/, '')
  return families.find(([, pattern]) => pattern.test(base))?.[0] ?? 'base/other'
}
