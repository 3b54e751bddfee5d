// Enters: prefix words in front of a mnemonic. Leaves: one slot a group, as GNU as keeps them.
// Follows: Intel SDM vol. 2 §2.1.1 (groups), GNU as manual §9.16.5 (names).
import type { Mode } from './contract.ts'
import { type Failure, failure } from './failure.ts'
import type { Row } from './table/notation.ts'

export interface PrefixSet {
  /** `wait fninit` */
  wait: boolean
  segment: number
  addressSize: boolean
  dataSize: boolean
  /** F2, F3 or 0 */
  repeat: number
  /** The word that set it: rep, repne, bnd, xacquire, xrelease. */
  repeatName: string
  isNotrack: boolean
  lock: boolean
  /** Bits of an explicit `rex.wrxb`, 0 for none. */
  rex: number
  /** {vex}, {vex2}, {vex3}, {evex}: '' for none. */
  encoding: '' | 'vex' | 'vex3' | 'evex'
  /** {rex}: REX even where no bit of it is set. */
  wantsRex: boolean
  /** 1 for {disp8}, 2 for {disp16}, 4 for {disp32}, 0: as short as fits. */
  displacementBytes: 0 | 1 | 2 | 4
  /** {load}, {store}; swap for the ending `.s`: the direction that is not the usual one. */
  direction: '' | 'load' | 'store' | 'swap'
  noOptimize: boolean
  failure: Failure | undefined
}

type Slot = 'wait' | 'segment' | 'address' | 'data' | 'repeat' | 'lock' | 'rex' | 'pseudo'

const PREFIXES: Readonly<Record<string, readonly [Slot, number]>> = {
  wait: ['wait', 0x9b],
  es: ['segment', 0x26],
  cs: ['segment', 0x2e],
  ss: ['segment', 0x36],
  ds: ['segment', 0x3e],
  fs: ['segment', 0x64],
  gs: ['segment', 0x65],
  addr16: ['address', 16],
  addr32: ['address', 32],
  aword: ['address', 16],
  adword: ['address', 32],
  data16: ['data', 16],
  data32: ['data', 32],
  word: ['data', 16],
  dword: ['data', 32],
  rep: ['repeat', 0xf3],
  repe: ['repeat', 0xf3],
  repz: ['repeat', 0xf3],
  repne: ['repeat', 0xf2],
  repnz: ['repeat', 0xf2],
  xacquire: ['repeat', 0xf2],
  xrelease: ['repeat', 0xf3],
  bnd: ['repeat', 0xf2],
  notrack: ['segment', 0x3e],
  lock: ['lock', 0xf0],
  '{vex}': ['pseudo', 0],
  '{vex2}': ['pseudo', 0],
  '{vex3}': ['pseudo', 0],
  '{evex}': ['pseudo', 0],
  '{rex}': ['pseudo', 0],
  '{disp8}': ['pseudo', 0],
  '{disp16}': ['pseudo', 0],
  '{disp32}': ['pseudo', 0],
  '{load}': ['pseudo', 0],
  '{store}': ['pseudo', 0],
  '{nooptimize}': ['pseudo', 0],
  // no word of GNU's: what the mnemonic ending `.s` stands for
  '{swap}': ['pseudo', 0],
}

/** `rex.wrxb`, and the older names: `rex64` for w, then x, y, z for r, x, b. */
function rexBits(name: string): number {
  const letters = name.startsWith('rex.') ? /^rex\.(?=.)(w?)(r?)(x?)(b?)$/.exec(name) : /^rex(64)?(x?)(y?)(z?)$/.exec(name)
  if (!letters) return -1
  return 0x40 | (letters[1] ? 8 : 0) | (letters[2] ? 4 : 0) | (letters[3] ? 2 : 0) | (letters[4] ? 1 : 0)
}

/** Is this word a prefix, to be followed on the line by another prefix or the mnemonic? */
export function isPrefix(name: string): boolean {
  return name in PREFIXES || (name.startsWith('rex') && rexBits(name) >= 0)
}

export const NO_PREFIXES: PrefixSet = {
  wait: false,
  segment: 0,
  addressSize: false,
  dataSize: false,
  repeat: 0,
  repeatName: '',
  isNotrack: false,
  lock: false,
  rex: 0,
  encoding: '',
  wantsRex: false,
  displacementBytes: 0,
  direction: '',
  noOptimize: false,
  failure: undefined,
}

export function collectPrefixes(words: readonly string[], mode: Mode): PrefixSet {
  if (words.length === 0) return NO_PREFIXES
  const set: PrefixSet = { ...NO_PREFIXES }
  for (const word of words) {
    const entry = PREFIXES[word]
    if (!entry) {
      const bits = word.startsWith('rex') ? rexBits(word) : -1
      if (bits < 0) set.failure = failure('unknown-prefix', undefined, { prefix: word })
      else if (mode !== 64) set.failure = failure('not-in-mode', undefined, { mnemonic: word, mode })
      else if ((set.rex & bits & 15) !== 0) set.failure = failure('prefix-twice', undefined, { prefix: word })
      else set.rex |= bits
      continue
    }
    const [slot, code] = entry
    const twice = (): void => {
      set.failure ??= failure('prefix-twice', undefined, { prefix: word })
    }
    switch (slot) {
      case 'wait':
        if (set.wait) twice()
        set.wait = true
        break
      case 'segment':
        if (set.segment !== 0) twice()
        if (mode === 64 && (code === 0x26 || code === 0x36)) set.failure ??= failure('not-in-mode', undefined, { mnemonic: word, mode })
        set.segment = code
        set.isNotrack = word === 'notrack'
        break
      case 'address':
        if (set.addressSize) twice()
        if (code === 16 && mode === 64) set.failure ??= failure('not-in-mode', undefined, { mnemonic: word, mode })
        if (code === mode) set.failure ??= failure('redundant-prefix', undefined, { prefix: word, mode })
        set.addressSize = true
        break
      case 'data':
        if (set.dataSize) twice()
        if (code === 32 && mode === 64) set.failure ??= failure('not-in-mode', undefined, { mnemonic: word, mode })
        if (code === mode) set.failure ??= failure('redundant-prefix', undefined, { prefix: word, mode })
        set.dataSize = true
        break
      case 'repeat':
        if (set.repeat !== 0) twice()
        set.repeat = code
        set.repeatName = word
        break
      case 'lock':
        if (set.lock) twice()
        set.lock = true
        break
      case 'rex':
        if (mode !== 64) set.failure = failure('not-in-mode', undefined, { mnemonic: word, mode })
        else if (set.rex !== 0) twice()
        set.rex = code
        break
      case 'pseudo':
        if (mode !== 64 && word === '{rex}') set.failure ??= failure('not-in-mode', undefined, { mnemonic: word, mode })
        applyPseudo(set, word)
        break
    }
  }
  return set
}

function applyPseudo(set: PrefixSet, word: string): void {
  switch (word) {
    case '{vex}':
    case '{vex2}':
      set.encoding = 'vex'
      break
    case '{vex3}':
      set.encoding = 'vex3'
      break
    case '{evex}':
      set.encoding = 'evex'
      break
    case '{rex}':
      set.wantsRex = true
      break
    case '{disp8}':
      set.displacementBytes = 1
      break
    case '{disp16}':
      set.displacementBytes = 2
      break
    case '{disp32}':
      set.displacementBytes = 4
      break
    case '{load}':
      set.direction = 'load'
      break
    case '{store}':
      set.direction = 'store'
      break
    case '{swap}':
      set.direction = 'swap'
      break
    case '{nooptimize}':
      set.noOptimize = true
      break
  }
}

/** Bytes of prefixes that stand alone on a line (`rep`, `cs`, `data16`), in the order written. */
export function prefixByte(name: string, mode: Mode): number {
  const entry = PREFIXES[name]
  if (!entry) return mode === 64 ? rexBits(name) : -1
  switch (entry[0]) {
    case 'address':
      return 0x67
    case 'data':
      return 0x66
    case 'pseudo':
      return -1
    default:
      return entry[1]
  }
}

/** One-byte opcodes of the string instructions. */
function isStringOpcode(opcode: number): boolean {
  return (opcode >= 0xa4 && opcode <= 0xa7) || (opcode >= 0xaa && opcode <= 0xaf) || (opcode >= 0x6c && opcode <= 0x6f)
}

/** Near branches, calls and returns: what `bnd` may stand before (SDM vol. 1 §17.3). */
export function isNearBranch(row: Row): boolean {
  const [first, second] = row.opcode
  if (first === 0x0f) return second !== undefined && second >= 0x80 && second <= 0x8f
  if (first === 0xff) return row.digit === 2 || row.digit === 4
  return (
    first === 0xe8 ||
    first === 0xe9 ||
    first === 0xeb ||
    first === 0xc2 ||
    first === 0xc3 ||
    (first !== undefined && first >= 0x70 && first <= 0x7f)
  )
}

/** May these prefixes stand before this row? GNU as refuses lock, rep and their kin where they mean nothing. */
export function prefixRefusal(row: Row, set: PrefixSet, mode: Mode, destinationIsMemory: boolean): Failure | undefined {
  const refuse = (prefix: string): Failure => failure('prefix-not-allowed', undefined, { prefix, mnemonic: row.mnemonic })
  const first = row.opcode[0]!
  if (set.lock && !(row.flags.has('lock') && destinationIsMemory)) return refuse('lock')
  if (set.repeat !== 0 && row.flags.has('rep') && row.mandatoryPrefix !== 0 && row.mandatoryPrefix !== set.repeat)
    return failure('prefix-twice', undefined, { prefix: set.repeatName })
  if (row.isa === 'mpx' && set.dataSize) return refuse('data16')
  if (row.isa === 'mpx' && set.addressSize && mode !== 16) return refuse(mode === 64 ? 'addr32' : 'addr16')
  switch (set.repeatName) {
    case 'rep':
    case 'repe':
    case 'repz':
    case 'repne':
    case 'repnz': {
      const isScan = first === 0x0f && (row.opcode[1] === 0xbc || row.opcode[1] === 0xbd) && row.mandatoryPrefix === 0
      const isAlone =
        row.opcode.length === 1 &&
        (isStringOpcode(first) ||
          first === 0xc2 ||
          first === 0xc3 ||
          (first === 0x90 && row.operands.length === 0 && row.mandatoryPrefix === 0))
      if (!isAlone && !isScan && !row.flags.has('rep')) return refuse(set.repeatName)
      break
    }
    case 'bnd':
      if (!isNearBranch(row)) return refuse('bnd')
      break
    case 'xacquire':
    case 'xrelease': {
      // xchg locks by itself; xrelease also goes with plain stores (SDM vol. 1 §16.2.1)
      const isExchange = row.opcode.length === 1 && (first === 0x86 || first === 0x87)
      const isStore = row.opcode.length === 1 && (first === 0x88 || first === 0x89 || first === 0xc6 || first === 0xc7)
      // GNU as takes it before registers that are exchanged, too
      if (isExchange) break
      if (!destinationIsMemory) return refuse(set.repeatName)
      if (isStore && set.repeatName === 'xrelease') break
      if (!row.flags.has('lock')) return refuse(set.repeatName)
      if (!set.lock) return failure('prefix-not-allowed', undefined, { prefix: set.repeatName, missing: 'lock' })
      break
    }
  }
  if (set.isNotrack && !(first === 0xff && (row.digit === 2 || row.digit === 4))) return refuse('notrack')
  return undefined
}
