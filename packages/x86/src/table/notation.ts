// Enters: one row of the table as text. Leaves: the row as numbers that matching and encoding read.
// The notation is that of the Intel SDM vol. 2 §3.1.1 with the operand letters of its opcode maps (vol. 2 app. A.2);
// README.md beside this file teaches it. Rows are parsed on the first use of their mnemonic.

/** What an operand may be. */
export const ACCEPT_REGISTER = 1
export const ACCEPT_MEMORY = 2
export const ACCEPT_IMMEDIATE = 4
export const ACCEPT_BRANCH_TARGET = 8
export const ACCEPT_MOFFS = 16
/** Memory named by fixed registers: (%esi), %es:(%edi), (%ebx), and (%dx) of in/out. */
export const ACCEPT_STRING_SOURCE = 32
export const ACCEPT_STRING_DESTINATION = 64
export const ACCEPT_XLAT = 128
export const ACCEPT_PORT = 256

/** Sizes in bits, or one of the letters of the opcode maps. */
export const SIZE_V = -1
export const SIZE_Y = -2
export const SIZE_Z = -3

/** Where an operand is encoded. */
export const ROLE_NONE = 0
export const ROLE_REG = 1
export const ROLE_RM = 2
export const ROLE_VVVV = 3
export const ROLE_IMMEDIATE = 4
export const ROLE_OPCODE = 5
export const ROLE_IS4 = 6

export interface OperandSpec {
  readonly token: string
  readonly accepts: number
  /** Register class name, '' where none. */
  readonly registerClass: string
  /** A fixed register's number, or -1. */
  readonly fixedNumber: number
  /** Register size: bits or SIZE_*. 0: given by the class. */
  readonly registerSize: number
  /** Memory size: bits or SIZE_*; 0: no particular size (m). */
  readonly memorySize: number
  /** Immediate: bits or SIZE_*; 0 where none. */
  readonly immediateSize: number
  /** The processor extends the immediate's sign to the operand size. */
  readonly immediateSigned: boolean
  /** `1` and `3`: the immediate that this row stands for, else -1. */
  readonly fixedValue: number
  readonly role: number
  /** Element size of a broadcast in bits, 0: none. */
  readonly broadcast: number
  readonly masking: 0 | 1 | 2
  readonly rounding: '' | 'er' | 'sae'
  /** Register group of four (vp4dpwssd): the number must be a multiple of it, GNU warns otherwise. */
  readonly group: number
  /** VSIB: class of the index register, '' where none. */
  readonly vectorIndex: string
  /** `m128only`: of several lengths memory could have, so that a letter on the mnemonic or a broadcast must tell. */
  readonly needsLetter: boolean
}

export type Space = 'legacy' | 'vex' | 'xop' | 'evex'

export interface Row {
  readonly text: string
  readonly mnemonic: string
  /** In AT&T order. */
  readonly operands: readonly OperandSpec[]
  readonly space: Space
  /** 9B before everything: the x87 forms that wait. */
  readonly wait: boolean
  /** 0, 0x66, 0xf2 or 0xf3. */
  readonly mandatoryPrefix: number
  /** Escape and opcode bytes after REX, or the opcode alone for VEX and EVEX. */
  readonly opcode: readonly number[]
  /** VEX/EVEX/XOP map number. */
  readonly map: number
  /** 0, 1, -1: by operand size y, -2: ignored. */
  readonly vexW: number
  /** Vector length in bits: 128 (also LZ), 256, 512; 0: ignored. */
  readonly vectorLength: number
  /** /0 to /7, -1: /r, -2: no ModRM. */
  readonly digit: number
  readonly hasModRm: boolean
  /** Which operand (AT&T order) each field holds, in the order of the fields. */
  readonly immediateOperands: readonly number[]
  /** Field letters after the opcode: bytes of each immediate, in order. */
  readonly fields: readonly ImmediateField[]
  /** Opcode byte after the operands, 3DNow!: -1 where none. */
  readonly trailingOpcode: number
  /** Operand size of the row: bits, SIZE_*, or 0: the row has none. */
  readonly operandSize: number
  /** AT&T suffixes that fit: letters of `bwlqst`, `x` for ll. */
  readonly suffixes: string
  /** True where the suffixes name the sizes of SIZE_V operands rather than a fixed size. */
  readonly isSized: boolean
  readonly flags: ReadonlySet<string>
  /** Value of `isa=`, words joined by `+`. */
  readonly isa: string
  /** disp8*N override (`N=4`), 0: from the memory operand. */
  readonly compressedBytes: number
  /** `meant=`: GNU as takes the row and warns that this name was meant. */
  readonly meant: string
  readonly i64: boolean
  readonly only64: boolean
  readonly d64: boolean
  readonly f64: boolean
  /** Is some operand one register only, or is a pair of equal ones refused? */
  readonly asksNumber: boolean
}

export interface ImmediateField {
  /** `i` immediate, `c` branch target, `p` far pointer offset, `m` moffs. */
  readonly kind: 'i' | 'c' | 'm'
  /** 1, 2, 4, 8 bytes; 0: by operand size (iz, cz); -1: by address size. -2: v with 8 bytes for 64 bits. */
  readonly size: number
}

const REGISTER_TOKENS: Readonly<Record<string, readonly [string, number]>> = {
  r8: ['gpr8', 8],
  r16: ['gpr16', 16],
  r32: ['gpr32', 32],
  r64: ['gpr64', 64],
  rv: ['gpr', SIZE_V],
  ry: ['gpr', SIZE_Y],
  rz: ['gpr', SIZE_Z],
  sreg: ['segment', 0],
  cr: ['control', 0],
  dr: ['debug', 0],
  tr: ['test', 0],
  'st(i)': ['st', 0],
  mm: ['mmx', 0],
  xmm: ['xmm', 0],
  ymm: ['ymm', 0],
  zmm: ['zmm', 0],
  tmm: ['tmm', 0],
  k: ['mask', 0],
  bnd: ['bound', 0],
}

/** Fixed registers, among them the accumulator of the operand size: `Av`, `Az`, `Ay`. */
const FIXED_TOKENS: Readonly<Record<string, readonly [string, number, number]>> = {
  al: ['gpr8', 0, 8],
  cl: ['gpr8', 1, 8],
  ah: ['gpr8', 4, 8],
  ax: ['gpr16', 0, 16],
  dx: ['gpr16', 2, 16],
  eax: ['gpr32', 0, 32],
  ecx: ['gpr32', 1, 32],
  edx: ['gpr32', 2, 32],
  ebx: ['gpr32', 3, 32],
  rax: ['gpr64', 0, 64],
  rcx: ['gpr64', 1, 64],
  rdx: ['gpr64', 2, 64],
  rbx: ['gpr64', 3, 64],
  Av: ['gpr', 0, SIZE_V],
  Ay: ['gpr', 0, SIZE_Y],
  Az: ['gpr', 0, SIZE_Z],
  es: ['segment', 0, 0],
  cs: ['segment', 1, 0],
  ss: ['segment', 2, 0],
  ds: ['segment', 3, 0],
  fs: ['segment', 4, 0],
  gs: ['segment', 5, 0],
  st: ['st', 0, 0],
  'ST(0)': ['st', 0, 0],
  XMM0: ['xmm', 0, 0],
}

function sizeOf(letter: string): number {
  switch (letter) {
    case 'v':
      return SIZE_V
    case 'y':
      return SIZE_Y
    case 'z':
      return SIZE_Z
    case 'b':
      return 8
    case 'w':
      return 16
    case 'd':
      return 32
    case 'q':
      return 64
    default:
      return Number.parseInt(letter, 10) || 0
  }
}

type Draft = { -readonly [Key in keyof OperandSpec]: OperandSpec[Key] }

/** The same few dozen tokens stand in all rows. */
const operandsByToken = new Map<string, OperandSpec>()

function parseOperandToken(written: string): Draft {
  let known = operandsByToken.get(written)
  if (!known) operandsByToken.set(written, (known = newOperand(written)))
  return { ...known }
}

function newOperand(written: string): Draft {
  const spec: Draft = {
    token: written,
    accepts: 0,
    registerClass: '',
    fixedNumber: -1,
    registerSize: 0,
    memorySize: 0,
    immediateSize: 0,
    immediateSigned: false,
    fixedValue: -1,
    role: ROLE_NONE,
    broadcast: 0,
    masking: 0,
    rounding: '',
    group: 0,
    vectorIndex: '',
    needsLetter: false,
  }
  let token = written
  for (let at = token.indexOf('{'); at >= 0; at = token.indexOf('{')) {
    const end = token.indexOf('}', at)
    const word = token.slice(at + 1, end)
    if (word === 'k') spec.masking = 1
    else if (word === 'kz') spec.masking = 2
    else if (word === 'er' || word === 'sae') spec.rounding = word
    token = token.slice(0, at) + token.slice(end + 1)
  }
  if (token.endsWith('+3') && token.includes('mm')) {
    spec.group = 4
    token = token.slice(0, -2)
  }
  const fixed = FIXED_TOKENS[token]
  if (fixed) {
    spec.accepts = ACCEPT_REGISTER
    spec.registerClass = fixed[0]
    spec.fixedNumber = fixed[1]
    spec.registerSize = fixed[2]
    return spec
  }
  if (token === '1' || token === '3') {
    spec.accepts = ACCEPT_IMMEDIATE
    spec.fixedValue = Number(token)
    spec.immediateSize = 8
    return spec
  }
  if (token.startsWith('imm')) {
    spec.accepts = ACCEPT_IMMEDIATE
    spec.role = ROLE_IMMEDIATE
    spec.immediateSigned = token.endsWith('s')
    spec.immediateSize = sizeOf(token.slice(3))
    return spec
  }
  if (token.startsWith('rel')) {
    spec.accepts = ACCEPT_BRANCH_TARGET
    spec.role = ROLE_IMMEDIATE
    spec.immediateSize = sizeOf(token.slice(3))
    return spec
  }
  if (token.startsWith('moffs')) {
    spec.accepts = ACCEPT_MOFFS
    spec.role = ROLE_IMMEDIATE
    spec.memorySize = sizeOf(token.slice(5))
    return spec
  }
  if (token === '(dx)') {
    spec.accepts = ACCEPT_PORT
    return spec
  }
  if (token === '(bx)') {
    spec.accepts = ACCEPT_XLAT
    spec.memorySize = 8
    return spec
  }
  if (token.length === 2 && (token[0] === 'X' || token[0] === 'Y')) {
    spec.accepts = token[0] === 'X' ? ACCEPT_STRING_SOURCE : ACCEPT_STRING_DESTINATION
    spec.memorySize = sizeOf(token[1]!)
    return spec
  }
  if (token.startsWith('vm')) {
    spec.accepts = ACCEPT_MEMORY
    spec.vectorIndex = `${token[token.length - 1]}mm`
    return spec
  }
  for (const part of token.split('/')) {
    const register = REGISTER_TOKENS[part]
    if (register) {
      spec.accepts |= ACCEPT_REGISTER
      spec.registerClass = register[0]
      spec.registerSize = register[1]
    } else if (part === 'r') {
      // r/m32: the register has the memory's size
      spec.accepts |= ACCEPT_REGISTER
      const size = sizeOf(token.slice(token.indexOf('/m') + 2))
      spec.registerSize = size
      spec.registerClass = size < 0 ? 'gpr' : `gpr${size}`
    } else if (part.endsWith('bcst')) {
      spec.broadcast = Number.parseInt(part.slice(1), 10)
    } else if (part.startsWith('m')) {
      spec.accepts |= ACCEPT_MEMORY
      spec.needsLetter = part.endsWith('only')
      const size = part.slice(1)
      spec.memorySize = sizeOf(size.startsWith('16:') ? size.slice(3) : size)
    } else {
      throw new Error(`instruction table: operand token '${written}' is not in the notation`)
    }
  }
  return spec
}

/** Two hexadecimal digits, and `+r` or `+i`. */
function isOpcodeByte(word: string): boolean {
  return isHexDigit(word.charCodeAt(0)) && isHexDigit(word.charCodeAt(1)) && (word.length === 2 || (word.length === 4 && word[2] === '+'))
}

function isHexDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46)
}

const FIELDS: Readonly<Record<string, ImmediateField>> = {
  ib: { kind: 'i', size: 1 },
  iw: { kind: 'i', size: 2 },
  id: { kind: 'i', size: 4 },
  iq: { kind: 'i', size: 8 },
  iz: { kind: 'i', size: 0 },
  iv: { kind: 'i', size: -2 },
  cb: { kind: 'c', size: 1 },
  cw: { kind: 'c', size: 2 },
  cz: { kind: 'c', size: 0 },
  mo: { kind: 'm', size: -1 },
}

const PREFIX_CODES: Readonly<Record<string, number>> = { NP: 0, '66': 0x66, F2: 0xf2, F3: 0xf3 }
const MAPS: Readonly<Record<string, number>> = { '0F': 1, '0F38': 2, '0F3A': 3, MAP5: 5, MAP6: 6, MAP7: 7, M08: 8, M09: 9, M0A: 10 }
const NO_FLAGS: ReadonlySet<string> = new Set()

/** Parses one row; a row outside the notation is a fault of ours and throws. */
export function parseRow(text: string): Row {
  const cells = text.split('|')
  const mnemonic = cells[0]!.trim()
  const operandText = (cells[1] ?? '').trim()
  const words = (cells[2] ?? '').trim().split(/ +/)
  const flagText = (cells[3] ?? '').trim()
  const flags = flagText ? new Set(flagText.split(/ +/)) : NO_FLAGS
  // A far pointer is two operands in AT&T syntax: `$segment, $offset`; its offset is encoded first.
  const operands = operandText ? operandText.replace('ptr16:z', 'immz, imm16').split(/, */).map(parseOperandToken) : []

  let space: Space = 'legacy'
  let mandatoryPrefix = 0
  let wait = false
  let map = 0
  let vexW = -2
  let vectorLength = 0
  let digit = -2
  let hasModRm = false
  let operandSize = 0
  let trailingOpcode = -1
  let roles = ''
  let suffixes: string | undefined
  let isa = ''
  let meant = ''
  let compressedBytes = 0
  const opcode: number[] = []
  const fields: ImmediateField[] = []

  for (const word of words) {
    if (word === '') continue
    if (word.startsWith('VEX.') || word.startsWith('EVEX.') || word.startsWith('XOP.')) {
      const parts = word.split('.')
      space = parts[0]!.toLowerCase() as Space
      for (const part of parts.slice(1)) {
        if (part in PREFIX_CODES) mandatoryPrefix = PREFIX_CODES[part]!
        else if (part in MAPS) map = MAPS[part]!
        else if (part === 'LZ' || part === 'L0') vectorLength = 128
        else if (part === 'L1') vectorLength = 256
        else if (part === 'LIG') vectorLength = 0
        else if (part === 'W0') vexW = 0
        else if (part === 'W1') vexW = 1
        else if (part === 'Wy') vexW = -1
        else if (part === 'WIG') vexW = -2
        else if (/^\d{3}$/.test(part)) vectorLength = Number(part)
        else throw new Error(`instruction table: '${part}' in row '${text}'`)
      }
      continue
    }
    if (word[0] === '/') {
      hasModRm = true
      digit = word === '/r' ? -1 : Number(word[1])
      continue
    }
    if (word[0] === 'o') {
      operandSize = sizeOf(word.slice(1))
      continue
    }
    if (isOpcodeByte(word)) {
      const byte = Number.parseInt(word, 16)
      if (hasModRm) trailingOpcode = byte
      else if (space === 'legacy' && opcode.length === 0 && byte === 0x9b && words.length > 1) wait = true
      else if (space === 'legacy' && opcode.length === 0 && words.length > 1 && (byte === 0x66 || byte === 0xf2 || byte === 0xf3))
        mandatoryPrefix = byte
      else opcode.push(byte)
      continue
    }
    if (word === 'NP') continue
    const field = FIELDS[word]
    if (field) {
      fields.push(field)
      continue
    }
    throw new Error(`instruction table: '${word}' in row '${text}'`)
  }

  for (const flag of flags) {
    if (flag.startsWith('op=')) roles = flag.slice(3)
    else if (flag.startsWith('suf=')) suffixes = flag.slice(4)
    else if (flag.startsWith('isa=')) isa = flag.slice(4)
    else if (flag.startsWith('meant=')) meant = flag.slice(6)
    else if (flag.startsWith('N=')) compressedBytes = Number(flag.slice(2))
  }

  assignRoles(operands, roles, hasModRm, digit, space, words)
  let isSized = false
  for (const operand of operands) {
    const size =
      operand.registerSize < 0
        ? operand.registerSize
        : operand.memorySize < 0
          ? operand.memorySize
          : operand.immediateSize < 0 && operand.fixedValue < 0
            ? operand.immediateSize
            : 0
    if (size < 0) {
      isSized = true
      if (operandSize === 0 || (operandSize === SIZE_V && size !== SIZE_V)) operandSize = size
    }
  }
  if (operandSize < 0) isSized = true
  if (suffixes === undefined)
    suffixes = isSized ? (operandSize === SIZE_Y ? 'lq' : operandSize === SIZE_Z ? 'wl' : 'wlq') : fixedSuffix(operands)
  if (suffixes === '-') suffixes = ''
  // Two immediates keep their order in AT&T syntax (GNU as manual §9.16.2), and so do `bound` and the implicit operands of system forms.
  const immediateOperands: number[] = []
  for (const [index, operand] of operands.entries()) {
    if (operand.role !== ROLE_IMMEDIATE) continue
    immediateOperands.push(flags.has('keep') ? index : operands.length - 1 - index)
  }
  if (!flags.has('keep')) operands.reverse()
  return {
    text,
    mnemonic,
    operands,
    immediateOperands,
    space,
    wait,
    mandatoryPrefix,
    opcode,
    map,
    vexW,
    vectorLength,
    digit,
    hasModRm,
    fields,
    trailingOpcode,
    operandSize,
    suffixes,
    isSized,
    flags,
    isa,
    compressedBytes,
    meant,
    i64: flags.has('i64'),
    only64: flags.has('only64'),
    d64: flags.has('d64'),
    f64: flags.has('f64'),
    asksNumber: flags.has('nopair') || operands.some(asksNumber),
  }
}

/** A register that the row names, or %dx in one of its spellings. */
export function asksNumber(spec: OperandSpec): boolean {
  return spec.fixedNumber >= 0 || (spec.accepts & ACCEPT_PORT) !== 0
}

/** The letters of `op=` in the order of the Intel operands, or the order that the encoding implies. */
function assignRoles(operands: Draft[], roles: string, hasModRm: boolean, digit: number, space: Space, words: readonly string[]): void {
  if (roles) {
    for (const [index, letter] of [...roles].entries()) {
      const operand = operands[index]
      if (operand) operand.role = roleOfLetter(letter)
    }
    return
  }
  const inOpcode = words.some((word) => word.endsWith('+r') || word.endsWith('+i'))
  const open = operands.filter(
    (operand) =>
      operand.role === ROLE_NONE &&
      operand.fixedNumber < 0 &&
      operand.fixedValue < 0 &&
      (operand.accepts & (ACCEPT_REGISTER | ACCEPT_MEMORY)) !== 0,
  )
  if (inOpcode) {
    if (open[0]) open[0].role = ROLE_OPCODE
    return
  }
  if (!hasModRm) return
  let memory = open.findIndex((operand) => (operand.accepts & ACCEPT_MEMORY) !== 0)
  if (digit >= 0) {
    // /digit: the one register or memory operand; with VEX the other one is vvvv
    if (memory < 0) memory = open.length - 1
    for (const [index, operand] of open.entries()) operand.role = index === memory ? ROLE_RM : ROLE_VVVV
    return
  }
  if (memory < 0) memory = open.length - 1
  if (open.length === 2) {
    open[memory]!.role = ROLE_RM
    open[1 - memory]!.role = ROLE_REG
    return
  }
  if (open.length === 1) {
    open[0]!.role = ROLE_RM
    return
  }
  // VEX with three: reg, vvvv, rm; a fourth register goes to imm8[7:4]
  const rest = [ROLE_REG, ROLE_VVVV, ROLE_IS4]
  let next = 0
  const last = space === 'legacy' ? open.length : memory === open.length - 1 || open.length < 4 ? open.length : 4
  for (let index = 0; index < last; index++) open[index]!.role = index === memory ? ROLE_RM : rest[next++]!
}

function roleOfLetter(letter: string): number {
  switch (letter) {
    case 'R':
      return ROLE_REG
    case 'M':
      return ROLE_RM
    case 'V':
      return ROLE_VVVV
    case 'I':
      return ROLE_IMMEDIATE
    case 'O':
      return ROLE_OPCODE
    case 'L':
      return ROLE_IS4
    default:
      return ROLE_NONE
  }
}

/** Their instructions name the sizes themselves: movhpd takes no letter. */
const VECTOR_CLASSES: ReadonlySet<string> = new Set(['xmm', 'ymm', 'zmm', 'mmx', 'mask', 'tmm'])

/** The suffix that a fixed size allows: taken from the first general register or integer memory operand. */
function fixedSuffix(operands: readonly OperandSpec[]): string {
  if (operands.some((operand) => VECTOR_CLASSES.has(operand.registerClass) && operand.role !== ROLE_NONE)) return ''
  for (const operand of operands) {
    if (operand.accepts & (ACCEPT_PORT | ACCEPT_XLAT)) continue
    const size = operand.registerSize > 0 ? operand.registerSize : operand.registerClass === '' ? operand.memorySize : 0
    if (operand.registerClass !== '' && !operand.registerClass.startsWith('gpr')) return ''
    switch (size) {
      case 8:
        return 'b'
      case 16:
        return 'w'
      case 32:
        return 'l'
      case 64:
        return 'q'
    }
  }
  return ''
}
