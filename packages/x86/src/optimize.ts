// Enters: a statement under -O, -O2 or -Os. Leaves: the statement that does the same in fewer bytes, or undefined.
// Follows: GNU as manual §9.16.1 (-O); which statements GNU as 2.40 rewrites was observed.
import type {
  EncodeOptions,
  ImmediateOperand,
  InstructionStatement,
  MemoryOperand,
  Operand,
  Register,
  RegisterOperand,
} from './contract.ts'
import { isaChosen } from './isa.ts'
import { optimizedLea } from './optimize-lea.ts'
import { findRegister } from './registers.ts'

const LEGACY_SIZES: Readonly<Record<string, number>> = { '': 0, b: 8, w: 16, l: 32, q: 64 }
const LOW_NAMES = ['al', 'cl', 'dl', 'bl', 'spl', 'bpl', 'sil', 'dil']
const LOW32 = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi']

/** EVEX mnemonics that differ from a VEX one only by masking. */
const VEX_TWINS: Readonly<Record<string, string>> = {
  vmovdqa32: 'vmovdqa',
  vmovdqa64: 'vmovdqa',
  vmovdqu8: 'vmovdqu',
  vmovdqu16: 'vmovdqu',
  vmovdqu32: 'vmovdqu',
  vmovdqu64: 'vmovdqu',
  vpandd: 'vpand',
  vpandq: 'vpand',
  vpandnd: 'vpandn',
  vpandnq: 'vpandn',
  vpord: 'vpor',
  vporq: 'vpor',
  vpxord: 'vpxor',
  vpxorq: 'vpxor',
}

/** With one register as both sources these give zero whatever it holds. */
const ZEROING = new Set('vandnps vandnpd vpandn vpandnd vpandnq vxorps vxorpd vpxor vpxord vpxorq vpsubb vpsubw vpsubd vpsubq'.split(' '))

/** Sources may be exchanged without changing any bit of the result; opcodes of map 0F, where two-byte VEX exists. */
const COMMUTATIVE = new Set(
  (
    'vpaddb vpaddw vpaddd vpaddq vpaddsb vpaddsw vpaddusb vpaddusw vpand vpor vpxor vpavgb vpavgw vpcmpeqb vpcmpeqw vpcmpeqd vpmaddwd vpmaxsw ' +
    'vpmaxub vpminsw vpminub vpmulhuw vpmulhw vpmullw vpmuludq vpsadbw vandps vandpd vorps vorpd vxorps vxorpd'
  )
    .split(' ')
    .concat(
      'eq eq_oq unord unord_q neq neq_uq ord ord_q eq_uq false false_oq neq_oq true true_uq eq_os unord_s neq_us ord_s eq_us false_os neq_os true_us'
        .split(' ')
        .flatMap((predicate) => ['ps', 'pd', 'ss', 'sd'].map((type) => `vcmp${predicate}${type}`)),
    ),
)

function isRegister(operand: Operand | undefined): operand is RegisterOperand {
  return operand?.kind === 'register'
}

function narrow(operand: RegisterOperand, bits: 8 | 32): RegisterOperand | undefined {
  const number = operand.register.number
  const name = number < 8 ? (bits === 8 ? LOW_NAMES[number]! : LOW32[number]!) : `r${number}${bits === 8 ? 'b' : 'd'}`
  const register: Register | undefined = findRegister(name)
  return register && { ...operand, register }
}

function constantOf(operand: Operand | undefined): bigint | undefined {
  return operand?.kind === 'immediate' && operand.value.relocation === undefined ? (operand as ImmediateOperand).value.constant : undefined
}

/** Splits `andq` into `and` and 64, when `and` is one of the names. */
function split(mnemonic: string, names: readonly string[]): { readonly name: string; readonly size: number } | undefined {
  for (const name of names) {
    if (!mnemonic.startsWith(name)) continue
    const size = LEGACY_SIZES[mnemonic.slice(name.length)]
    if (size !== undefined) return { name, size }
  }
  return undefined
}

/** The general-register rules. */
function optimizeInteger(statement: InstructionStatement, options: EncodeOptions): InstructionStatement | undefined {
  const parts = split(statement.mnemonic, ['and', 'test', 'or', 'xor', 'sub', 'mov', 'clr'])
  if (!parts) return undefined
  const operands = statement.operands
  const last = operands[operands.length - 1]
  if (!isRegister(last) || !last.register.class.startsWith('gpr')) return undefined
  const bits = last.register.sizeInBits
  if (parts.size !== 0 && parts.size !== bits) return undefined
  const first = operands[0]
  const constant = operands.length === 2 ? constantOf(first) : undefined
  const rewritten = (name: string, list: readonly (Operand | undefined)[]): InstructionStatement | undefined =>
    list.includes(undefined) ? undefined : { ...statement, mnemonic: name, operands: list as Operand[] }

  if (parts.name === 'test' && options.optimize === 's' && constant !== undefined && constant >= 0n && constant <= 0x7fn && bits > 8) {
    // a byte is enough, where the register has a low byte
    if (options.mode === 64 || last.register.number < 4) return rewritten('test', [first, narrow(last, 8)])
  }
  if (options.mode === 64 && bits === 64) {
    // a 32-bit operation clears the upper half: the same result, the same flags, no REX.W
    if ((parts.name === 'and' || parts.name === 'test') && constant !== undefined && constant >= 0n && constant <= 0x7fff_ffffn)
      return rewritten(parts.name, [first, narrow(last, 32)])
    if (parts.name === 'mov' && constant !== undefined && constant >= 0n && constant <= 0xffff_ffffn)
      return rewritten('mov', [first, narrow(last, 32)])
    if (
      (parts.name === 'xor' || parts.name === 'sub') &&
      !statement.prefixes.includes('{load}') &&
      isRegister(first) &&
      first.register === last.register
    )
      return rewritten(parts.name, [narrow(first, 32), narrow(last, 32)])
    if (parts.name === 'clr') return rewritten('clr', [narrow(last, 32)])
  }
  // in 64-bit code `and %eax,%eax` also clears the upper half, which test does not
  const keepsUpperHalf = options.mode !== 64 || bits !== 32
  if (
    options.optimize === 2 &&
    keepsUpperHalf &&
    (parts.name === 'and' || parts.name === 'or') &&
    isRegister(first) &&
    first.register === last.register
  )
    return { ...statement, mnemonic: 'test', prefixes: statement.prefixes.filter((word) => word !== '{load}') }
  return undefined
}

function isPlainVector(operand: Operand): boolean {
  if (operand.kind === 'register') return operand.register.number < 16 && operand.register.class !== 'zmm' && !operand.mask
  if (operand.kind === 'memory') return operand.broadcast === undefined && !operand.mask
  return true
}

/** GNU as keeps EVEX where disp8*N would hold the displacement and a plain byte would not, even where the address has no such form. */
function gainsByCompression(operands: readonly Operand[]): boolean {
  const bytes = operands.some((operand) => operand.kind === 'register' && operand.register.class === 'ymm') ? 32n : 16n
  return operands.some((operand) => {
    const constant = operand.kind === 'memory' ? operand.displacement?.constant : undefined
    if (constant === undefined || (constant >= -128n && constant <= 127n)) return false
    return constant % bytes === 0n && constant / bytes >= -128n && constant / bytes <= 127n
  })
}

function toXmm(operand: Operand): Operand {
  if (operand.kind !== 'register') return operand
  const register = findRegister(`xmm${operand.register.number}`)
  return register ? { kind: 'register', register } : operand
}

/** Rewritings of vector statements; the caller takes one only where it is not longer. */
function optimizeVector(statement: InstructionStatement, options: EncodeOptions): InstructionStatement | undefined {
  const { mnemonic, operands } = statement
  if ((mnemonic === 'kxord' || mnemonic === 'kxorq' || mnemonic === 'kandnd' || mnemonic === 'kandnq') && sameSources(operands))
    return { ...statement, mnemonic: `${mnemonic.slice(0, -1)}w` }
  if (operands.length === 3 && ZEROING.has(mnemonic) && sameSources(operands)) {
    const [source, , destination] = operands as RegisterOperand[]
    const isMerging = destination!.mask !== undefined && !destination!.zeroing
    const isWide = source!.register.class !== 'xmm' || (mnemonic in VEX_TWINS && !destination!.mask)
    if (!isMerging && isWide && statement.prefixes[0] !== '{evex}') {
      if (source!.register.number < 16 && destination!.register.number < 16)
        return { ...statement, mnemonic: VEX_TWINS[mnemonic] ?? mnemonic, operands: operands.map(toXmm) }
    }
    const isChosenVl = isaChosen(options.isa, 'avx512vl')
    // registers 16 to 31 exist in EVEX only: there the shorter vector is the gain
    if (
      options.optimize !== 1 &&
      !destination!.mask &&
      (source!.register.class === 'ymm' || (source!.register.class === 'zmm' && isChosenVl))
    )
      return { ...statement, operands: operands.map(toXmm) }
  }
  const twin = VEX_TWINS[mnemonic]
  if (twin && statement.prefixes[0] !== '{evex}' && operands.every(isPlainVector) && !gainsByCompression(operands)) {
    // a wish for a size of the displacement is lost, but not where there is none
    const hasDisplacement = operands.some((operand) => operand.kind === 'memory' && operand.displacement !== undefined)
    const prefixes = hasDisplacement ? statement.prefixes.filter((word) => !word.startsWith('{disp')) : statement.prefixes
    return exchanged({ ...statement, mnemonic: twin, prefixes }, options)
  }
  const swapped = exchanged(statement, options)
  return swapped === statement ? undefined : swapped
}

function sameSources(operands: readonly Operand[]): boolean {
  const [first, second] = operands
  return operands.length === 3 && isRegister(first) && isRegister(second) && isRegister(operands[2]) && first.register === second.register
}

/** -O2: the source with the high number goes to vvvv, which has all four bits in two-byte VEX too. */
export function exchanged(statement: InstructionStatement, options: EncodeOptions): InstructionStatement {
  const [rm, vvvv, destination] = statement.operands
  if (
    options.optimize === 1 ||
    statement.prefixes.some((word) => word === '{vex3}' || word === '{evex}') ||
    !COMMUTATIVE.has(statement.mnemonic)
  )
    return statement
  if (!isRegister(rm) || !isRegister(vvvv) || !isRegister(destination) || statement.operands.length !== 3) return statement
  // GNU as does it only where REX.B alone stands in the way of the two-byte prefix
  const { register } = destination
  if (register.number >= 8 || (register.class !== 'xmm' && register.class !== 'ymm')) return statement
  if (!statement.operands.every(isPlainVector) || rm.register.number < 8 || vvvv.register.number >= 8) return statement
  return { ...statement, operands: [vvvv, rm, destination] }
}

/** The shorter statement that does the same, or undefined. */
export function optimized(statement: InstructionStatement, options: EncodeOptions): InstructionStatement | undefined {
  const letter = statement.mnemonic.charCodeAt(0)
  if (statement.prefixes.includes('{nooptimize}')) {
    // exchanging the sources is no rewriting to GNU as
    const swapped = letter === 0x76 ? exchanged(statement, options) : statement
    return swapped === statement ? undefined : swapped
  }
  if (letter === 0x76 || letter === 0x6b) return optimizeVector(statement, options)
  if (/^lea[wlq]?$/.test(statement.mnemonic)) return optimizedLea(statement, options)
  return optimizeInteger(statement, options)
}

/** The bytes of the rewritten vector statement depend on the value of a displacement: such encodings are no templates. */
export function dependsOnValue(statement: InstructionStatement): boolean {
  return statement.operands.some((operand) => operand.kind === 'memory' && (operand as MemoryOperand).displacement?.constant !== undefined)
}
