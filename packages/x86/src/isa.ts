// Enters: names of `.arch` and -march. Leaves: the set of instruction sets that they allow, and whether a row is in it.
// Follows: GNU as manual §9.16.1 (-march) and §9.16.17 (.arch); what each name brings along was observed with GNU as 2.40.
import type { Register, RegisterClass } from './contract.ts'
import type { Row } from './table/notation.ts'

/**
 * What an extension builds on: enabling it enables these, disabling one of these disables it. `~name` is only enabled along with it,
 * `!name` only takes it away when it goes itself.
 */
const NEEDS: Readonly<Record<string, string>> = {
  i186: 'i8086',
  i286: 'i186',
  i386: 'i286',
  i486: 'i386',
  i586: 'i486',
  i686: 'i586',
  '8087': '87',
  '287': '87',
  '387': '87 !287',
  '687': '387',
  cmov: '',
  fxsr: '',
  mmx: '',
  sse: 'fxsr',
  sse2: 'sse',
  sse3: 'sse2',
  sse4a: 'sse3',
  ssse3: 'sse3',
  'sse4.1': 'ssse3',
  'sse4.2': 'sse4.1 ~popcnt',
  sse4: 'sse4.2',
  avx: '~sse4.2 xsave',
  avx2: 'avx',
  avx512f: 'avx2',
  avx512cd: 'avx512f',
  avx512er: 'avx512f',
  avx512pf: 'avx512f',
  avx512dq: 'avx512f',
  avx512bw: 'avx512f',
  avx512vl: 'avx512f',
  avx512ifma: 'avx512f',
  avx512vbmi: 'avx512bw',
  avx512_4fmaps: 'avx512f',
  avx512_4vnniw: 'avx512f',
  avx512_vpopcntdq: 'avx512f',
  avx512_vbmi2: 'avx512bw',
  avx512_vnni: 'avx512f',
  avx512_bitalg: 'avx512bw',
  avx512_bf16: 'avx512bw',
  avx512_vp2intersect: 'avx512f',
  avx512_fp16: 'avx512bw',
  avx_vnni: 'avx2',
  avx_ifma: 'avx2',
  avx_vnni_int8: 'avx2',
  avx_ne_convert: 'avx2',
  vmx: '',
  vmfunc: 'vmx',
  ept: 'vmx',
  smx: '',
  xsave: '',
  xsaveopt: 'xsave',
  xsavec: 'xsave',
  xsaves: 'xsavec',
  aes: 'sse2',
  pclmul: 'sse2',
  gfni: 'sse2',
  sha: 'sse2',
  kl: 'sse2',
  widekl: 'kl',
  vaes: 'avx2',
  vpclmulqdq: 'avx2',
  f16c: 'avx',
  fma: 'avx',
  fma4: 'avx',
  xop: 'fma4 ~sse4a',
  lwp: 'xsave',
  mpx: 'xsave',
  ospke: 'xsave',
  amx_tile: 'xsave',
  amx_int8: 'amx_tile',
  amx_bf16: 'amx_tile',
  amx_fp16: 'amx_tile',
  prfchw: '',
  '3dnow': 'mmx ~prfchw',
  fisttp: '687',
  '3dnowa': '3dnow',
  rtm: '',
  hle: '',
  tsx: 'hle rtm',
  tsxldtrk: 'rtm',
  abm: 'lzcnt popcnt',
  svme: '',
  sev_es: 'svme',
  rmpquery: 'sev_es snp',
  snp: 'sev_es',
  '87': '',
  i8086: '',
}

/**
 * Names of ours: what every floating-point unit has (feni and its kin only the 8087, which no later one brings along), and 64-bit mode.
 */
const INTERNAL: ReadonlySet<string> = new Set(['87', 'x86_64'])

const SINGLE =
  'fsgsbase rdrnd bmi2 movbe cx16 lzcnt popcnt invpcid clflush nop syscall rdtscp padlock bmi tbm adx rdseed smap clflushopt prefetchwt1 se1 ' +
  'clwb clzero mwaitx rdpid ptwrite ibt shstk wbnoinvd pconfig waitpkg cldemote movdiri movdir64b tdx enqcmd serialize rdpru mcommit uintr ' +
  'hreset prefetchi cmpccxadd wrmsrns msrlist rao_int invlpgb tlbsync x86_64'

/** Processors: what they are made of, `-name` takes away. */
const PROCESSORS: Readonly<Record<string, string>> = {
  i8086: 'i8086',
  i186: 'i186',
  i286: 'i286',
  i386: 'i386',
  generic32: 'i386',
  i486: 'i486',
  i586: 'i586 387',
  pentium: 'i586 387',
  iamcu: 'i586',
  i686: 'i586 i686 387 687 cmov fxsr',
  pentiumpro: 'i686 687 cmov fxsr nop',
  pentiumii: 'pentiumpro mmx',
  pentiumiii: 'pentiumii sse',
  pentium4: 'pentiumiii sse2 clflush',
  prescott: 'pentium4 sse3 fisttp',
  core: 'prescott cx16',
  nocona: 'prescott cx16 syscall x86_64',
  core2: 'nocona ssse3',
  corei7: 'core2 sse4.2 popcnt rdtscp',
  generic64: 'pentium4 syscall x86_64',
  k6: 'i586 387 mmx syscall',
  k6_2: 'k6 3dnow',
  athlon: 'k6_2 i686 687 3dnowa nop',
  k8: 'athlon sse2 rdtscp x86_64',
  opteron: 'k8',
  amdfam10: 'k8 sse4a fisttp lzcnt popcnt',
  btver1: 'amdfam10 clflush cmov cx16 ssse3 svme -3dnow',
  btver2: 'btver1 aes avx bmi f16c movbe pclmul xsaveopt',
  bdver1: 'amdfam10 aes clflush cmov cx16 fma4 lwp pclmul svme xop -3dnow',
  bdver2: 'bdver1 bmi f16c fma tbm',
  bdver3: 'bdver2 fsgsbase xsaveopt',
  bdver4: 'bdver3 avx2 bmi2 movbe mwaitx rdrnd',
  znver1: 'bdver4 adx clflushopt clzero rdseed sha smap xsaves -fma4 -lwp -tbm',
  znver2: 'znver1 clwb mcommit rdpid rdpru wbnoinvd',
  znver3: 'znver2 invlpgb invpcid ospke snp tlbsync vaes vpclmulqdq',
  znver4:
    'znver3 avx512_bf16 avx512_bitalg avx512_vbmi2 avx512_vnni avx512_vpopcntdq avx512cd avx512dq avx512ifma avx512vbmi avx512vl gfni rmpquery',
}

/** Instruction sets of the rows that name none, by Intel mnemonic. */
const SETS: Readonly<Record<string, string>> = {
  i186: 'pusha popa enter leave bound ins outs',
  i286: 'arpl lar lsl lgdt lidt sgdt sidt lldt sldt lmsw smsw ltr str verr verw clts',
  i386: 'bt btc btr bts bsf bsr movsx movzx shld shrd lfs lgs lss cwde cdq jecxz rsm ud0 ud1 ud2',
  i486: 'bswap xadd cmpxchg invd wbinvd invlpg cpuid',
  i586: 'rdtsc cmpxchg8b rdmsr wrmsr',
  i686: 'rdpmc sysenter sysexit',
  syscall: 'syscall sysret',
  cx16: 'cmpxchg16b',
  clflush: 'clflush',
  clflushopt: 'clflushopt',
  clwb: 'clwb',
  rdtscp: 'rdtscp',
  fxsr: 'fxsave fxrstor fxsave64 fxrstor64',
  xsave: 'xsave xrstor xsave64 xrstor64 xgetbv xsetbv',
  xsaveopt: 'xsaveopt xsaveopt64',
  xsavec: 'xsavec xsavec64',
  xsaves: 'xsaves xsaves64 xrstors xrstors64',
  'sse/3dnowa': 'prefetchnta prefetcht0 prefetcht1 prefetcht2 sfence',
  sse2: 'lfence mfence movnti',
  'sse4.2': 'crc32',
  popcnt: 'popcnt',
  lzcnt: 'lzcnt',
  bmi: 'tzcnt',
  movbe: 'movbe',
  adx: 'adcx adox',
  rdrnd: 'rdrand',
  rdseed: 'rdseed',
  fsgsbase: 'rdfsbase rdgsbase wrfsbase wrgsbase',
  ptwrite: 'ptwrite',
  rdpid: 'rdpid',
  vmx: 'vmcall vmlaunch vmresume vmxoff vmptrld vmptrst vmclear vmxon vmread vmwrite',
  vmfunc: 'vmfunc',
  ept: 'invept invvpid',
  invpcid: 'invpcid',
  smx: 'getsec',
  smap: 'clac stac',
  rtm: 'xbegin xend xabort',
  'hle/rtm': 'xtest',
  '687': 'fcomi fcomip fcompi fucomi fucomip fucompi ffreep',
  '387': 'fsin fcos fsincos fprem1 fucom fucomp fucompp',
  '287': 'fnsetpm fsetpm frstpm',
  fisttp: 'fisttp',
  '8087': 'fneni feni fndisi fdisi',
  '87':
    'fld fst fstp fild fist fistp fbld fbstp fcom fcomp ficom ficomp fxch ffree fadd fsub fsubr fmul fdiv fdivr faddp fsubp fsubrp fmulp ' +
    'fdivp fdivrp fiadd fisub fisubr fimul fidiv fidivr fldcw fnstcw fstcw fnstsw fstsw fldenv fnstenv fstenv frstor fnsave fsave fnop fchs fabs ' +
    'ftst fxam fld1 fldl2t fldl2e fldpi fldlg2 fldln2 fldz f2xm1 fyl2x fptan fpatan fxtract fdecstp fincstp fprem fyl2xp1 fsqrt frndint fscale ' +
    'fnclex fclex fninit finit fcompp fwait',
}

/** Member of a set that leaves nothing out; `+name` beside it: asked for by name all the same, which -O takes as leave to use it. */
const EVERYTHING = '*'

let setOfMnemonic: Map<string, string> | undefined
let everything: ReadonlySet<string> | undefined

/** The instruction set that a row needs: `a+b` both, `a/b` either; '' for the 8086. */
export function isaOf(row: Row): string {
  if (row.isa !== '') return row.isa
  if (!setOfMnemonic) {
    setOfMnemonic = new Map()
    for (const [isa, names] of Object.entries(SETS)) for (const name of names.split(' ')) setOfMnemonic.set(name, isa)
  }
  const name = row.mnemonic
  // imul of two registers came with the 80386
  if (name === 'imul' && row.opcode[0] === 0x0f) return 'i386'
  const known = setOfMnemonic.get(name)
  if (known !== undefined) return known
  if (name.startsWith('cmov')) return 'cmov'
  if (name.startsWith('fcmov')) return '687'
  if (name.startsWith('set')) return 'i386'
  return name === 'nop' && row.operands.length > 0 ? 'nop' : ''
}

const SETS_OF_CLASS: Readonly<Partial<Record<RegisterClass, string>>> = {
  gpr32: 'i386',
  st: '87',
  mmx: 'mmx',
  ymm: 'avx',
  zmm: 'avx512f',
  mask: 'avx512f',
  tmm: 'amx_tile',
  bound: 'mpx',
}

/** The instruction set that a register needs and that is not in the set; undefined: it may be used. */
export function missingForRegister(register: Register, isa: ReadonlySet<string>): string | undefined {
  if (register.class === 'control' && register.number === 8) return isa.has('x86_64') || isa.has('3dnowa') ? undefined : 'x86_64'
  if (register.class === 'segment') return register.number < 4 || isa.has('i386') ? undefined : 'i386'
  if (register.class === 'xmm') return isa.has('sse') || isa.has('avx') ? undefined : 'sse'
  // test registers went with the 80486
  if (register.class === 'test') return isa.has('i586') && !isa.has(EVERYTHING) ? 'i486' : undefined
  const needed = SETS_OF_CLASS[register.class]
  return needed === undefined || isa.has(needed) ? undefined : needed
}

/** Is the row in the set? `size`: operand size found, because 32 bits need an 80386 and 64 bits a 64-bit processor. */
export function isaAllows(row: Row, size: number, isa: ReadonlySet<string>): boolean {
  if (isa.has(EVERYTHING)) return true
  if ((size === 32 || row.operandSize === 32) && !isa.has('i386')) return false
  const needed = isaOf(row)
  if (needed === '') return true
  return needed.split('/').some((all) => all.split('+').every((name) => isa.has(name)))
}

function allNames(): ReadonlySet<string> {
  everything ??= new Set([...Object.keys(NEEDS), ...SINGLE.split(' ')])
  return everything
}

function enable(isa: Set<string>, name: string): void {
  if (isa.has(name)) return
  isa.add(name)
  const needs = NEEDS[name]
  if (!needs) return
  for (const needed of needs.split(' ')) if (!needed.startsWith('!')) enable(isa, needed.startsWith('~') ? needed.slice(1) : needed)
}

function disable(isa: Set<string>, name: string): void {
  isa.delete(EVERYTHING)
  isa.delete(`+${name}`)
  isa.delete(name)
  for (const other of isa) {
    const needs = NEEDS[other]?.split(' ')
    if (needs?.includes(name) || needs?.includes(`!${name}`)) disable(isa, other)
  }
}

/** A name that stands for several takes them with it, when it is the one that is written. */
function disableNamed(isa: Set<string>, name: string): void {
  disable(isa, name)
  if (name === 'tsx') {
    // GNU as leaves tsxldtrk
    for (const part of ['tsx', 'hle', 'rtm']) isa.delete(part)
    return
  }
  const parts = name === 'abm' ? ['lzcnt', 'popcnt'] : name === '8087' ? ['87'] : name === 'sse4' ? ['sse4.1'] : []
  for (const part of parts) disable(isa, part)
}

function processor(name: string): Set<string> | undefined {
  const parts = PROCESSORS[name]
  if (parts === undefined) return undefined
  const isa = new Set<string>()
  for (const part of parts.split(' ')) {
    if (part.startsWith('-')) disable(isa, part.slice(1))
    else if (part !== name && part in PROCESSORS && !(part in NEEDS)) for (const found of processor(part)!) isa.add(found)
    else enable(isa, part)
  }
  return isa
}

/**
 * What `.arch name` makes of the instructions allowed before: a processor replaces them, `.ext` adds, `.noext` takes away.
 * `undefined` stands for everything. Gives null for a name that GNU as does not know.
 *
 * @example selectIsa(undefined, 'i486')?.has('i486') // true
 */
export function selectIsa(current: ReadonlySet<string> | undefined, name: string): ReadonlySet<string> | undefined | null {
  if (name === 'default') return undefined
  if (!name.startsWith('.')) return processor(name.toLowerCase()) ?? null
  const extension = name.slice(1).toLowerCase()
  if (extension === 'no87' || extension === 'nosse' || extension === 'noavx') {
    const isa = new Set(current ?? allNames())
    disable(isa, extension === 'no87' ? '87' : extension.slice(2))
    if (extension === 'no87') disable(isa, '8087')
    return isa
  }
  if (INTERNAL.has(extension) || INTERNAL.has(extension.replace(/^no/, ''))) return null
  if (allNames().has(extension)) {
    if (current === undefined || current.has(EVERYTHING)) return new Set([...(current ?? allNames()), EVERYTHING, `+${extension}`])
    const isa = new Set(current)
    enable(isa, extension)
    return isa
  }
  if (extension.startsWith('no') && allNames().has(extension.slice(2))) {
    const isa = new Set(current ?? allNames())
    disableNamed(isa, extension.slice(2))
    return isa
  }
  return null
}

/** `-march=CPU+EXT+noEXT`. */
export function isaOfMarch(text: string): ReadonlySet<string> | undefined | null {
  const [cpu = '', ...extensions] = text.split('+')
  let isa = cpu === '' ? undefined : selectIsa(undefined, cpu)
  for (const extension of extensions) {
    if (isa === null) return null
    isa = selectIsa(isa, `.${extension}`)
  }
  return isa
}

/** Was this instruction set chosen, by processor or by name, rather than allowed because nothing was said? */
export function isaChosen(isa: ReadonlySet<string> | undefined, name: string): boolean {
  if (isa === undefined) return false
  return isa.has(EVERYTHING) ? isa.has(`+${name}`) : isa.has(name)
}

/** Processors and extensions, for messages and `--help`. */
export function archNames(): { readonly processors: readonly string[]; readonly extensions: readonly string[] } {
  return { processors: Object.keys(PROCESSORS), extensions: [...allNames()].filter((name) => !INTERNAL.has(name)) }
}
