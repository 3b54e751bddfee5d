// Words of the compiler that change what is predefined: sources test __PIC__, __OPTIMIZE__, __AVX__, __code_model_kernel__.
// Enters: gcc's words -f…, -m…, -O… in their order. Leaves: macros that come to the list of the mode, and those that leave it,
// as `gcc -E -dM -x assembler-with-cpp` of Debian's gcc 12.2.0 has them (gcc manual §3.11 and §3.19.59).

import { halfPrecision, type PredefinedChanges } from '@kernelbox/preprocessor'
import { instructionSets, processors } from './machine-option-table.ts'

interface InstructionSet {
  readonly macro: string
  /** Those that it brings along, and itself. */
  readonly closure: ReadonlySet<string>
}

interface Processor {
  readonly sets: readonly string[]
  readonly names: readonly string[]
  readonly tuneNames: readonly string[]
}

const words = (text: string) => text.split(' ').filter((word) => word !== '')

let knownSets: Map<string, InstructionSet> | undefined
function setTable(): Map<string, InstructionSet> {
  if (knownSets) return knownSets
  const table = new Map<string, InstructionSet>()
  const rows = instructionSets.split('\n').map((line) => words(line))
  const bringsAlong = new Map(rows.map(([name = '', , ...others]) => [name, others]))
  const closureOf = (name: string): string[] => [name, ...(bringsAlong.get(name) ?? []).flatMap(closureOf)]
  for (const [name = '', macro = ''] of rows) table.set(name, { macro, closure: new Set(closureOf(name)) })
  return (knownSets = table)
}

function processor(name: string): Processor | undefined {
  const line = processors.split('\n').find((row) => row.startsWith(`${name}:`))
  if (line === undefined) return undefined
  const [sets = '', names = '', tuneNames = ''] = line.slice(name.length + 1).split(';')
  return { sets: words(sets), names: words(names), tuneNames: words(tuneNames) }
}

type Macros = Map<string, string>

/** The macros of instruction sets and what follows from them. */
function machineMacros(given: readonly string[], bits: 16 | 32 | 64): Macros {
  const table = setTable()
  const last = (prefix: string) => given.findLast((word) => word.startsWith(prefix))?.slice(prefix.length)
  const chosen = processor(last('-march=') ?? '') ?? (processor(bits === 32 ? 'i686' : 'x86-64') as Processor)
  const hasArch = last('-march=') !== undefined && processor(last('-march=') ?? '') !== undefined
  const tune = last('-mtune=') ?? last('-mcpu=')
  const tuneNames = tune !== undefined ? (processor(tune)?.tuneNames ?? []) : hasArch ? chosen.tuneNames : []
  const active = new Set<string>()
  const add = (name: string) => {
    for (const set of table.get(name)?.closure ?? []) active.add(set)
  }
  const remove = (name: string) => {
    // sse goes on without mmx.
    for (const [other, { closure }] of table) if (closure.has(name) && !(name === 'mmx' && closure.has('sse'))) active.delete(other)
  }
  // 16-bit code has them only where they are asked for by name.
  for (const name of chosen.sets) if (bits !== 16 || !/^(?:bmi2?|tbm)$/.test(name)) add(name)
  let isSoft = false
  let isGeneral = false
  for (const word of given) {
    if (word === '-mgeneral-regs-only') {
      remove('mmx')
      remove('sse')
      isSoft = isGeneral = true
    } else if (word === '-msoft-float' || word === '-mno-80387') isSoft = true
    else if (word === '-mhard-float' || word === '-m80387') isSoft = false
    else if (word.startsWith('-mno-')) remove(alias(word.slice(5)))
    else add(alias(word.slice(2)))
  }
  // gcc adds these at the end, so that they go with sse4.2 and it stays without them.
  if (active.has('sse4.2')) for (const name of ['popcnt', 'crc32']) if (!given.includes(`-mno-${name}`)) add(name)
  const macros: Macros = new Map()
  for (const name of active) {
    if (bits !== 64 && (name === 'sahf' || name === 'cx16')) continue
    macros.set((table.get(name) as InstructionSet).macro, '1')
  }
  for (const name of chosen.names) {
    macros.set(`__${name}`, '1')
    macros.set(`__${name}__`, '1')
  }
  for (const name of tuneNames) macros.set(`__tune_${name}__`, '1')
  if (isSoft) macros.set('_SOFT_FLOAT', '1')
  const unit = last('-mfpmath=') ?? (bits === 64 || (hasFastMath(given) && active.has('sse2')) ? 'sse' : '387')
  const usesSse = unit.includes('sse') && active.has('sse')
  if (usesSse) macros.set('__SSE_MATH__', '1')
  if (usesSse && active.has('sse2')) macros.set('__SSE2_MATH__', '1')
  if (bits === 64 && active.has('sse2')) macros.set('__MMX_WITH_SSE__', '1')
  if (active.has('sse2')) {
    for (const line of halfPrecision.trimEnd().split('\n')) macros.set(line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1))
  }
  const method = isGeneral ? '0' : usesSse ? (unit.includes('387') || !active.has('sse2') ? '-1' : '0') : isSoft && bits === 64 ? '0' : '2'
  macros.set('__FLT_EVAL_METHOD__', method)
  macros.set('__FLT_EVAL_METHOD_TS_18661_3__', method)
  const alignment = active.has('avx512f') ? '64' : active.has('avx') ? '32' : '16'
  macros.set('__BIGGEST_ALIGNMENT__', alignment)
  if (usesSse && (active.has('fma') || active.has('fma4') || active.has('avx512f'))) {
    for (const suffix of ['', 'F', 'F32', 'F64', 'F32x']) macros.set(`__FP_FAST_FMA${suffix}`, '1')
  }
  const conformance = isSoft && !usesSse ? '0' : '2'
  macros.set('__GCC_IEC_559', conformance)
  macros.set('__GCC_IEC_559_COMPLEX', conformance)
  // cmpxchg came with the 486, cmpxchg8b with the Pentium.
  const isOld = chosen.names.length === 0
  const has8 = !isOld && !chosen.names.includes('i486')
  for (const type of ['BOOL', 'CHAR16_T', 'CHAR32_T', 'CHAR', 'INT', 'LONG', 'POINTER', 'SHORT', 'WCHAR_T']) {
    macros.set(`__GCC_ATOMIC_${type}_LOCK_FREE`, isOld ? '1' : '2')
  }
  macros.set('__GCC_ATOMIC_LLONG_LOCK_FREE', has8 ? '2' : '1')
  if (!isOld) for (const size of ['1', '2', '4']) macros.set(`__GCC_HAVE_SYNC_COMPARE_AND_SWAP_${size}`, '1')
  if (has8) macros.set('__GCC_HAVE_SYNC_COMPARE_AND_SWAP_8', '1')
  return macros
}

const alias = (name: string) => (name === 'sse4' ? 'sse4.2' : name === 'avx256' ? 'avx' : name)

/** Macros of -f… words that are there while the word is; the last of a word and its `no-` counts. */
const whileGiven: Readonly<Record<string, readonly [string, string]>> = {
  'unsigned-char': ['__CHAR_UNSIGNED__', '1'],
  exceptions: ['__EXCEPTIONS', '1'],
  'stack-protector': ['__SSP__', '1'],
  'stack-protector-all': ['__SSP_ALL__', '2'],
  'stack-protector-strong': ['__SSP_STRONG__', '3'],
  'stack-protector-explicit': ['__SSP_EXPLICIT__', '4'],
  'sanitize=address': ['__SANITIZE_ADDRESS__', '1'],
  'sanitize=kernel-address': ['__SANITIZE_ADDRESS__', '1'],
  'sanitize=thread': ['__SANITIZE_THREAD__', '1'],
  openmp: ['_OPENMP', '201511'],
}

const fastMath: readonly (readonly [string, string])[] = [
  ['__ASSOCIATIVE_MATH__', '1'],
  ['__FAST_MATH__', '1'],
  ['__FINITE_MATH_ONLY__', '1'],
  ['__GCC_IEC_559', '0'],
  ['__GCC_IEC_559_COMPLEX', '0'],
  ['__NO_MATH_ERRNO__', '1'],
  ['__NO_SIGNED_ZEROS__', '1'],
  ['__NO_TRAPPING_MATH__', '1'],
  ['__RECIPROCAL_MATH__', '1'],
]

/** __CET__ (gcc manual §3.12). */
const controlFlow: Readonly<Record<string, string>> = {
  '-fcf-protection': '3',
  '-fcf-protection=full': '3',
  '-fcf-protection=branch': '1',
  '-fcf-protection=return': '2',
  '-fcf-protection=check': '8',
}

/** -Ofast has it unless it is refused, wherever that stands. */
function hasFastMath(given: readonly string[]): boolean {
  const word = given.findLast((w) => /^-f(?:no-)?fast-math$/.test(w))
  return word === undefined ? given.findLast((w) => w.startsWith('-O')) === '-Ofast' : word === '-ffast-math'
}

/** The last of the words on it counts. */
export function isFreestanding(given: readonly string[]): boolean {
  const word = given.findLast((w) => /^-f(?:no-)?(?:freestanding|hosted)$/.test(w))
  return word === '-ffreestanding' || word === '-fno-hosted'
}

/** What `given` changes in the list of the mode; undefined for nothing. */
export function predefinedChanges(given: readonly string[], bits: 16 | 32 | 64, isX32 = false): PredefinedChanges | undefined {
  if (given.length === 0 && !isX32) return undefined
  const define: Macros = new Map()
  const undefine = new Set<string>()
  const last = (pattern: RegExp) => given.findLast((word) => pattern.test(word))
  if (hasFastMath(given) || given.some((word) => /^-m(?!cmodel|16$|32$|64$|x32$)/.test(word))) {
    const plain = machineMacros([], bits)
    const changed = machineMacros(given, bits)
    for (const [name, value] of changed) if (plain.get(name) !== value) define.set(name, value)
    for (const name of plain.keys()) if (!changed.has(name)) undefine.add(name)
  }
  const level = last(/^-O/)
  if (level !== undefined && level !== '-O0') {
    define.set('__OPTIMIZE__', '1')
    if (!given.includes('-fno-inline')) undefine.add('__NO_INLINE__')
    if (level === '-Os' || level === '-Oz') define.set('__OPTIMIZE_SIZE__', '1')
  }
  positionIndependence(last(/^-f(?:no-)?(?:pic|PIC|pie|PIE)$/), define, undefine)
  const model = bits === 64 ? last(/^-mcmodel=/)?.slice('-mcmodel='.length) : undefined
  if (model !== undefined && model !== 'small') {
    define.set(`__code_model_${model}__`, '1')
    undefine.add('__code_model_small__')
  }
  const states = new Map<string, boolean>()
  for (const word of given) {
    if (word.startsWith('-fno-')) states.set(word.slice(5), false)
    else if (word.startsWith('-f')) states.set(word.slice(2), true)
    // One of the protections at a time.
    if (/^-f(?:no-)?stack-protector/.test(word)) {
      for (const name of Object.keys(whileGiven)) if (name.startsWith('stack-') && word !== `-f${name}`) states.delete(name)
    }
  }
  for (const [name, [macro, value]] of Object.entries(whileGiven)) if (states.get(name) === true) define.set(macro, value)
  if (given.includes('-pthread') || states.get('openmp') === true) define.set('_REENTRANT', '1')
  if (states.get('non-call-exceptions') === true) define.set('__EXCEPTIONS', '1')
  if (states.get('signed-char') === false) define.set('__CHAR_UNSIGNED__', '1')
  if (states.get('gnu89-inline') === true) {
    define.set('__GNUC_GNU_INLINE__', '1')
    undefine.add('__GNUC_STDC_INLINE__')
  }
  if (given.includes('-ansi')) {
    // It is the C of 1989 for gcc, in sources of assembler too, which it then does not call so.
    for (const name of ['__STRICT_ANSI__', '__GNUC_GNU_INLINE__']) define.set(name, '1')
    for (const name of ['linux', 'unix', 'i386', '__ASSEMBLER__', '__GNUC_STDC_INLINE__']) undefine.add(name)
  }
  const protection = last(/^-f(?:no-)?cf-protection/)
  const value = controlFlow[protection ?? '']
  if (value !== undefined) define.set('__CET__', value)
  const hasUnwind =
    states.get('asynchronous-unwind-tables') !== false || states.get('unwind-tables') === true || states.get('exceptions') === true
  const hasDebug = given.some((word) => /^-g(?!0|no|stabs)/.test(word))
  if (states.get('dwarf2-cfi-asm') === false || (!hasUnwind && !hasDebug)) undefine.add('__GCC_HAVE_DWARF2_CFI_ASM')
  if (hasFastMath(given)) for (const [name, text] of fastMath) define.set(name, text)
  if (isFreestanding(given)) define.set('__STDC_HOSTED__', '0')
  if (isX32) {
    for (const name of ['_ILP32', '__ILP32__']) define.set(name, '1')
    for (const name of ['_LP64', '__LP64__']) undefine.add(name)
    for (const name of ['LONG', 'POINTER', 'PTRDIFF_T', 'SIZE_T']) define.set(`__SIZEOF_${name}__`, '4')
  }
  return define.size === 0 && undefine.size === 0 ? undefined : { define, undefine }
}

/** Debian's gcc makes position-independent executables unless it is told otherwise. */
function positionIndependence(word: string | undefined, define: Macros, undefine: Set<string>): void {
  if (word === undefined) return
  const level = word.endsWith('C') || word.endsWith('E') ? '2' : '1'
  const isOff = word.startsWith('-fno-')
  const isExecutable = /pie$/i.test(word)
  for (const name of ['__pic__', '__PIC__']) {
    if (isOff) undefine.add(name)
    else define.set(name, level)
  }
  for (const name of ['__pie__', '__PIE__']) {
    if (isOff || !isExecutable) undefine.add(name)
    else define.set(name, level)
  }
}
