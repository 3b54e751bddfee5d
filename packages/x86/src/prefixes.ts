// Enters: prefix words in front of a mnemonic. Leaves: one slot a group, as GNU as keeps them.
// Follows: Intel SDM vol. 2 §2.1.1 (groups), GNU as manual §9.16.5 (names).
import type { Mode } from './contract.ts'
import { type Failure, failure } from './failure.ts'

export interface PrefixSet {
  segment: number
  addressSize: boolean
  dataSize: boolean
  /** F2, F3 or 0 */
  repeat: number
  lock: boolean
  /** Bits of an explicit `rex.wrxb`, 0 for none. */
  rex: number
  /** {vex}, {vex2}, {vex3}, {evex}, {rex}: '' for none. */
  encoding: '' | 'vex' | 'vex3' | 'evex' | 'rex'
  displacementBytes: 0 | 1 | 4
  /** {load}, {store} */
  direction: '' | 'load' | 'store'
  noOptimize: boolean
  failure: Failure | undefined
}

type Slot = 'segment' | 'address' | 'data' | 'repeat' | 'lock' | 'rex' | 'pseudo'

const PREFIXES: Readonly<Record<string, readonly [Slot, number]>> = {
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
  rex: ['rex', 0x40],
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
}

function rexBits(name: string): number {
  const letters = /^rex\.?(w?)(r?)(x?)(b?)$/.exec(name)
  if (!letters) return -1
  return 0x40 | (letters[1] ? 8 : 0) | (letters[2] ? 4 : 0) | (letters[3] ? 2 : 0) | (letters[4] ? 1 : 0)
}

/** Is this word a prefix, to be followed on the line by another prefix or the mnemonic? */
export function isPrefix(name: string): boolean {
  return name in PREFIXES || (name.startsWith('rex') && rexBits(name) >= 0)
}

const NONE: PrefixSet = {
  segment: 0,
  addressSize: false,
  dataSize: false,
  repeat: 0,
  lock: false,
  rex: 0,
  encoding: '',
  displacementBytes: 0,
  direction: '',
  noOptimize: false,
  failure: undefined,
}

export function collectPrefixes(words: readonly string[], mode: Mode): PrefixSet {
  if (words.length === 0) return NONE
  const set: PrefixSet = { ...NONE }
  for (const word of words) {
    const entry = PREFIXES[word]
    if (!entry) {
      const bits = word.startsWith('rex') ? rexBits(word) : -1
      if (bits < 0) set.failure = failure('unknown-prefix', undefined, { prefix: word })
      else if (mode !== 64) set.failure = failure('not-in-mode', undefined, { mnemonic: word, mode })
      else if (set.rex !== 0) set.failure = failure('prefix-twice', undefined, { prefix: word })
      else set.rex = bits
      continue
    }
    const [slot, code] = entry
    const twice = (): void => {
      set.failure ??= failure('prefix-twice', undefined, { prefix: word })
    }
    switch (slot) {
      case 'segment':
        if (set.segment !== 0) twice()
        set.segment = code
        break
      case 'address':
        if (set.addressSize) twice()
        if (code === mode || (code === 16 && mode === 64)) set.failure ??= failure('redundant-prefix', undefined, { prefix: word, mode })
        set.addressSize = true
        break
      case 'data':
        if (set.dataSize) twice()
        if (code === mode || (code === 32 && mode === 64)) set.failure ??= failure('redundant-prefix', undefined, { prefix: word, mode })
        set.dataSize = true
        break
      case 'repeat':
        if (set.repeat !== 0) twice()
        set.repeat = code
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
      set.encoding = 'rex'
      break
    case '{disp8}':
      set.displacementBytes = 1
      break
    case '{disp16}':
    case '{disp32}':
      set.displacementBytes = 4
      break
    case '{load}':
      set.direction = 'load'
      break
    case '{store}':
      set.direction = 'store'
      break
    case '{nooptimize}':
      set.noOptimize = true
      break
  }
}
