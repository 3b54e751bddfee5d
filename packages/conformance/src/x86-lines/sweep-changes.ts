// Enters: a statement that a row of the table takes. Leaves: the same with prefixes before it, an ending on it, or one thing wrong, so that
// what must be refused is tried as well as what must be taken.
// Walks: operands of other classes and sizes, memory and immediates in other places, missing and doubled operands, masks, zeroing and
// broadcasts that do not belong there, rounding, wrong and missing suffixes, `.s` and `.d32`; lock, rep, xacquire, bnd, notrack,
// data16, addr32, segments, rex and pseudo-prefixes alone and in pairs.
import type { Mode } from '@kernelbox/x86'
import type { Random } from '../fuzz/random.ts'
import type { OperandMaker } from './sweep-operands.ts'

export interface Statement {
  readonly prefixes: string[]
  name: string
  readonly operands: string[]
}

const PSEUDO = ['{vex}', '{vex2}', '{vex3}', '{evex}', '{rex}', '{load}', '{store}', '{disp8}', '{disp16}', '{disp32}', '{nooptimize}']
const LEGACY = ['lock', 'rep', 'repe', 'repz', 'repne', 'repnz', 'xacquire', 'xrelease', 'bnd', 'notrack', 'data16', 'addr32'].concat([
  'data32',
  'addr16',
  'cs',
  'ds',
  'es',
  'fs',
  'gs',
  'ss',
  'xacquire lock',
  'lock xrelease',
  'lock xacquire',
])
const REX = ['rex', 'rex.w', 'rex.r', 'rex.x', 'rex.b', 'rex.wrxb', 'rex64', 'rexx', 'rex64xyz']

/** `isVector`: a VEX, XOP or EVEX row, at which GNU as 2.40 with `bnd` refuses the line and then ends with an internal error. */
export function addPrefix(statement: Statement, random: Random, mode: Mode, isVector: boolean): void {
  const choice = random.below(10)
  const word = choice < 5 ? random.pick(PSEUDO) : choice < 9 || mode !== 64 ? random.pick(LEGACY) : random.pick(REX)
  if (!isVector || word !== 'bnd') statement.prefixes.push(word)
}

/** What follows the name or an operand without making it wrong by itself. */
export function addEnding(statement: Statement, random: Random, isXop: boolean): void {
  // GNU as 2.40 has 20 characters for a name, and with `.s` it gives an XOP shift the bytes of another register
  if (isXop || statement.name.length > 15) return
  statement.name += random.pick(['.s', '.s', '.s', '.d8', '.d32'])
}

const CLASSES = ['gpr8', 'gpr16', 'gpr32', 'gpr64', 'xmm', 'ymm', 'zmm', 'mask', 'mmx', 'segment', 'st', 'control', 'debug', 'bound', 'tmm']
const BITS: Readonly<Record<string, number>> = { gpr8: 8, gpr16: 16, gpr32: 32, gpr64: 64 }
const MASKS = ['{%k1}', '{z}', '{%k2}{z}', '{%k0}']
const BROADCASTS = ['{1to2}', '{1to4}', '{1to8}', '{1to16}', '{1to32}', '{%k3}{1to8}']

/** `isGather`: with VEX gathers GNU as 2.40 checks neither broadcast nor rounding, and leaves them out. */
export function spoil(statement: Statement, maker: OperandMaker, isGather: boolean): void {
  const { operands } = statement
  const { random } = maker
  const at = random.below(Math.max(1, operands.length))
  switch (random.below(10)) {
    case 0:
    case 1: {
      if (operands.length === 0) break
      const registerClass = random.pick(CLASSES)
      operands[at] = maker.register(registerClass, BITS[registerClass] ?? 0, -1)
      break
    }
    case 2:
      if (operands.length > 0) operands[at] = maker.memory('')
      break
    case 3:
      if (operands.length > 0) operands[at] = maker.immediate(random.pick([8, 32]))
      break
    case 4:
      if (operands.length > 0) operands.splice(at, 1)
      break
    case 5:
      operands.splice(at, 0, operands[at] ?? maker.general(32))
      break
    case 6:
      if (operands.length > 0) operands[at] += random.pick(isGather || random.chance(0.4) ? MASKS : BROADCASTS)
      break
    case 7:
      if (!isGather) operands.splice(at, 0, random.pick(['{sae}', '{rn-sae}', '{ru-sae}', '{rz-sae}']))
      break
    case 8:
      statement.name += random.pick(['b', 'w', 'l', 'q', 'x', 'y', 'z', 's', 't'])
      break
    default: {
      // the other size of a general register
      const general = operands.findIndex((text) => /^%[re]?[a-ds][xpil]$|^%r\d/.test(text))
      if (general >= 0) operands[general] = maker.general(random.pick([8, 16, 32, 64]))
    }
  }
}
