// Enters: what a place of a row takes, random choices, a mode. Leaves: AT&T text of an operand of that kind.
// Walks: every register of every class (high bytes and REX bytes among them); addresses of 16, 32 and 64 bits with and without
// base and index, %rip and %eip, vector indexes, absolute addresses, segment overrides; displacements and immediates at the
// bounds of every size, of disp8*N too, plain symbols, symbols with addends, differences and relocation operators.
import type { Mode, TableRow } from '@kernelbox/x86'
import type { Random } from '../fuzz/random.ts'

export type OperandPlace = TableRow['operands'][number]

const LOW = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di']
const HIGH_BYTES = ['ah', 'ch', 'dh', 'bh']
const LOW_BYTES = ['al', 'cl', 'dl', 'bl', 'spl', 'bpl', 'sil', 'dil']

const BOUNDS = [
  '0',
  '1',
  '-1',
  '2',
  '3',
  '8',
  '0x10',
  '0x7f',
  '0x80',
  '-0x7f',
  '-0x80',
  '-0x81',
  '0xff',
  '0x100',
  '-0xff',
  '-0x100',
].concat(
  ['0x7fff', '0x8000', '0xff7f', '0xff80', '0xffff', '0x10000', '-0x7fff', '-0x8000', '-0x8001', '-0xffff', '-0x10000', '0x1234'],
  ['0x12345678', '0x7fffffff', '0x80000000', '0xffffff7f', '0xffffff80', '0xffffffff', '-0x7fffffff', '-0x80000000', '-0x80000001'],
)
const WIDE_BOUNDS = [
  '0x100000000',
  '-0xffffffff',
  '0x123456789abcdef0',
  '0x7fffffffffffffff',
  '0x8000000000000000',
  '-0x8000000000000000',
].concat(['0xffffffffffffffff', '0xffffffff80000000', '0xffffffff7fffffff', '0xffffffffffffff80', '0xffffffffffffff7f', '-0x123456789'])
const OPERATORS: Readonly<Record<Mode, readonly string[]>> = {
  64: ['sym@GOTPCREL', 'sym@GOT', 'sym@PLT', 'sym@GOTOFF', 'tls@GOTTPOFF', 'tls@TPOFF', 'tls@DTPOFF', 'sym@SIZE'],
  32: ['sym@GOT', 'sym@GOTOFF', 'sym@PLT', 'tls@NTPOFF', 'tls@INDNTPOFF', 'tls@GOTNTPOFF', 'tls@TPOFF', 'sym@SIZE'],
  16: ['sym@GOT', 'sym@GOTOFF'],
}

export class OperandMaker {
  readonly random: Random
  readonly mode: Mode

  constructor(random: Random, mode: Mode) {
    this.random = random
    this.mode = mode
  }

  /** A number of registers that the mode has, now and then one that it has not. */
  private numberBelow(low: number, high: number): number {
    return this.random.below(this.mode === 64 || this.random.chance(0.005) ? high : low)
  }

  general(bits: number, number = this.numberBelow(8, 16)): string {
    if (bits === 8) {
      if (number >= 8) return `%r${number}b`
      return number < 4 || this.mode === 64 || this.random.chance(0.02) ? `%${LOW_BYTES[number]}` : `%${HIGH_BYTES[number - 4]}`
    }
    if (number > 7) return `%r${number}${bits === 16 ? 'w' : bits === 32 ? 'd' : ''}`
    return `%${bits === 16 ? '' : bits === 32 ? 'e' : 'r'}${LOW[number]}`
  }

  /** `fixed`: the number, or -1 for any. */
  register(registerClass: string, bits: number, fixed: number): string {
    const { random } = this
    const any = (low: number, high: number): number => (fixed >= 0 ? fixed : this.numberBelow(low, high))
    switch (registerClass) {
      case 'gpr8':
        if (fixed < 0 && random.chance(0.15)) return `%${random.pick(HIGH_BYTES)}`
        return fixed === 4 ? '%ah' : this.general(8, any(8, 16))
      case 'gpr':
      case 'gpr16':
      case 'gpr32':
      case 'gpr64':
        return this.general(bits, any(8, 16))
      case 'xmm':
      case 'ymm':
      case 'zmm':
        return `%${registerClass}${any(8, random.chance(0.7) ? 16 : 32)}`
      case 'mask':
        return `%k${random.below(8)}`
      case 'mmx':
        return `%mm${random.below(8)}`
      case 'tmm':
        return `%tmm${random.below(8)}`
      case 'st':
        return fixed >= 0 ? random.pick(['%st', '%st', '%st(0)']) : `%st(${random.below(8)})`
      case 'segment':
        return `%${['es', 'cs', 'ss', 'ds', 'fs', 'gs'][fixed >= 0 ? fixed : random.below(6)]}`
      case 'control':
        return `%cr${random.pick([0, 2, 3, 4, 8, this.mode === 64 ? random.below(16) : 0])}`
      case 'debug':
        return `%db${any(8, 16)}`
      case 'test':
        return `%tr${random.below(8)}`
      case 'bound':
        return `%bnd${random.below(4)}`
      default:
        return '%eax'
    }
  }

  number(): string {
    return this.random.chance(this.mode === 64 ? 0.12 : 0.04) ? this.random.pick(WIDE_BOUNDS) : this.random.pick(BOUNDS)
  }

  /** A number, a symbol, or now and then an operator on a symbol. */
  private value(): string {
    const { random } = this
    const choice = random.below(40)
    if (choice === 0) return random.pick(OPERATORS[this.mode])
    if (choice === 1) return random.pick(['sym', 'sym+4', 'sym-8'])
    if (choice < 5) return 'sym'
    return this.number()
  }

  immediate(bits: number): string {
    if (bits === 8 && this.random.chance(0.7)) return `$${this.random.pick(BOUNDS.slice(0, 13))}`
    return `$${this.random.chance(0.01) ? 'sym-.' : this.value()}`
  }

  /** Distances that two bytes hold: beyond them GNU as tells no line. */
  target(): string {
    return this.random.pick(['sym', 'sym', 'sym+4', 'sym-0x10', '0x1234', '-1', '0x10'])
  }

  private displacement(): string {
    const { random } = this
    const choice = random.below(10)
    if (choice < 4) return ''
    if (choice < 6) {
      // around the bounds of disp8*N
      const size = 1 << random.below(7)
      return String(random.pick([-128, -127, -1, 1, 8, 126, 127, 128, -129]) * size + (random.chance(0.2) ? 1 : 0))
    }
    return this.value()
  }

  private addressBits(): number {
    const { random, mode } = this
    if (random.chance(0.004)) return random.pick([16, 32, 64])
    if (random.chance(0.15)) return mode === 32 ? 16 : 32
    return mode
  }

  private scale(): string {
    return this.random.pick(['', ',1', ',2', ',4', ',8'])
  }

  /** `vectorIndex`: class of an index register that is a vector, '' for none. */
  memory(vectorIndex: string): string {
    const { random, mode } = this
    const segment = random.chance(0.1) ? `%${random.pick(['es', 'cs', 'ss', 'ds', 'fs', 'gs'])}:` : ''
    const bits = this.addressBits()
    if (vectorIndex !== '' && !random.chance(0.01)) {
      const wide = bits === 16 ? 32 : bits
      const base = random.chance(0.15) ? '' : this.general(wide)
      return `${segment}${this.displacement()}(${base},%${vectorIndex}${this.numberBelow(8, random.chance(0.7) ? 16 : 32)}${this.scale()})`
    }
    if (random.chance(0.08)) return `${segment}${this.value()}`
    if (mode === 64 && random.chance(0.1)) return `${segment}${this.displacement()}(${random.chance(0.8) ? '%rip' : '%eip'})`
    if (bits === 16 && !random.chance(0.01)) {
      const form = random.pick(['%bx,%si', '%bx,%di', '%bp,%si', '%bp,%di', '%si', '%di', '%bp', '%bx', '%bx,%si,1'])
      return `${segment}${this.displacement()}(${form})`
    }
    const base = this.general(bits)
    const choice = random.below(10)
    if (choice < 5) return `${segment}${this.displacement()}(${base})`
    const number = this.numberBelow(8, 16)
    const index = this.general(bits, number === 4 && !random.chance(0.02) ? 5 : number)
    return `${segment}${this.displacement()}(${choice === 5 ? '' : base},${index}${this.scale()})`
  }

  /** Memory that fixed registers name: the usual register, another segment, another register. */
  implied(name: 'si' | 'di' | 'bx', segment: string): string {
    const { random, mode } = this
    if (random.chance(0.03)) return this.memory('')
    const bits = random.chance(0.15) ? (mode === 32 ? 16 : 32) : mode
    const register = `%${bits === 16 ? '' : bits === 32 ? 'e' : 'r'}${name}`
    return `${random.chance(0.6) ? '' : segment || `%${random.pick(['es', 'cs', 'ss', 'ds', 'fs', 'gs'])}:`}(${register})`
  }
}
