// What an instruction needs of the processor, in the terms of .note.gnu.property.
// Enters: a statement's text. Leaves: bits of GNU_PROPERTY_X86_ISA_1_USED and GNU_PROPERTY_X86_FEATURE_2_USED.
// x86-64 psABI, "x86 Processor-Specific Properties"; the instruction's row tells its set and the registers of all its
// lengths. GNU as 2.40 counts by its own templates; where those differ from the rows is said at each place.

import { findRegister, isaOfRow, rowsOf, type TableRow } from '@kernelbox/x86'

const isaBaseline = 1
const isaV2 = 2
const isaV3 = 4
const isaV4 = 8

const featureX86 = 1
const featureX87 = 2
const featureMmx = 4
const featureXmm = 8
const featureYmm = 16
const featureZmm = 32
const featureFxsr = 64
const featureXsave = 128
const featureXsaveopt = 256
const featureXsavec = 512
const featureTmm = 1024
const featureMask = 2048

const ofClass: Readonly<Record<string, number>> = {
  st: featureX87,
  mmx: featureMmx,
  xmm: featureXmm,
  ymm: featureXmm | featureYmm,
  zmm: featureXmm | featureYmm | featureZmm,
  mask: featureMask,
  tmm: featureTmm,
}

/** Of sets whose instructions may show no register. */
const ofIsa: Readonly<Record<string, number>> = {
  '87': featureX87,
  '8087': featureX87,
  '287': featureX87,
  '387': featureX87,
  '687': featureX87,
  mmx: featureMmx,
  fxsr: featureFxsr,
  xsave: featureXsave,
  xsaveopt: featureXsaveopt,
  xsavec: featureXsavec,
  xsaves: featureXsavec,
  amx_tile: featureTmm,
  kl: featureXmm,
  widekl: featureXmm,
}

const levelOfIsa: Readonly<Record<string, number>> = {
  cmov: isaBaseline,
  fxsr: isaBaseline,
  cx16: isaV2,
  popcnt: isaV2,
  sse3: isaV2,
  ssse3: isaV2,
  'sse4.1': isaV2,
  'sse4.2': isaV2,
  sse4: isaV2,
  avx: isaV3,
  avx2: isaV3,
  bmi2: isaV3,
  f16c: isaV3,
  fma: isaV3,
  lzcnt: isaV3,
  movbe: isaV3,
  xsave: isaV3,
  xsaveopt: isaV3,
  xsavec: isaV3,
}

export interface UsedFeatures {
  readonly isa: number
  readonly features: number
}

const cache = new Map<string, UsedFeatures>()

/** `text` is the statement from its first prefix on. */
export function usedFeatures(text: string, is64BitCode: boolean): UsedFeatures {
  // 64-bit processors came without them at first.
  if (is64BitCode && /^[ls]ahf$/i.test(text.trim())) return { isa: isaV2, features: featureX86 }
  const shape = text.replace(/-?(0x[0-9a-f]+|[0-9]+)(?=\()/gi, '').trim()
  let found = cache.get(shape)
  if (!found) {
    found = analyse(shape)
    if (cache.size < 10_000) cache.set(shape, found)
  }
  return found
}

function analyse(text: string): UsedFeatures {
  let rest = text.toLowerCase()
  let space: 'vex' | 'evex' | undefined
  let rows: readonly TableRow[] | undefined
  let operandText = ''
  // Prefixes are words without rows of their own.
  for (let i = 0; i < 15; i++) {
    const word = /^(\{\w+\}|[\w.]+)\s*/.exec(rest)
    if (!word) break
    const name = word[1] as string
    rest = rest.slice(word[0].length)
    if (name === '{evex}') space = 'evex'
    else if (name.startsWith('{vex')) space = 'vex'
    rows = rowsOf(name) ?? rowsOf(name.slice(0, -1))
    operandText = rest
    if (rows) break
  }
  if (!rows) return { isa: 0, features: featureX86 }
  if (/\{[a-z-]*sae\}/.test(operandText)) space = 'evex'
  const operands = splitOperands(operandText)
  const row = likelyRow(rows, operands, space)
  return row ? featuresOf(row, rows, operandText) : { isa: 0, features: featureX86 }
}

function splitOperands(text: string): string[] {
  if (text.trim() === '') return []
  const operands: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c === '(') depth++
    else if (c === ')') depth--
    else if (c === ',' && depth <= 0) {
      operands.push(text.slice(start, i).trim())
      start = i + 1
    }
  }
  operands.push(text.slice(start).trim())
  return operands.filter((operand) => !/^\{[a-z-]*sae\}$/.test(operand))
}

function registerClass(operand: string): string | undefined {
  const name = /^\*?%([a-z0-9.]+(\([0-7]\))?)/.exec(operand)
  return name ? findRegister(name[1] as string)?.class : undefined
}

/** The first row that operands of these classes fit; an EVEX one only where something asks for it. */
function likelyRow(rows: readonly TableRow[], operands: readonly string[], space: 'vex' | 'evex' | undefined): TableRow | undefined {
  const needsEvex = space === 'evex' || operands.some((operand) => /\{|%zmm|%[xyz]mm(1[6-9]|2[0-9]|3[01])/.test(operand))
  const fitting = rows.filter((row) => row.operands.length === operands.length && operands.every((operand, i) => fits(row, i, operand)))
  const evex = fitting.find((row) => row.space === 'evex')
  if (needsEvex && evex) return evex
  return fitting.find((row) => row.space !== 'evex') ?? fitting[0] ?? rows.find((row) => row.operands.length === operands.length) ?? rows[0]
}

function fits(row: TableRow, i: number, operand: string): boolean {
  const spec = row.operands[i]
  const written = registerClass(operand)
  if (!spec) return false
  if (written === undefined) {
    const isMemory = operand.includes('(') || /^-?[\w.]/.test(operand)
    return !isMemory || spec.memorySize !== 0 || spec.vectorIndex !== '' || spec.registerClass === ''
  }
  if (spec.registerClass === '') return false
  return spec.registerClass === written || (spec.registerClass.startsWith('gpr') && written.startsWith('gpr'))
}

function featuresOf(row: TableRow, rows: readonly TableRow[], operandText: string): UsedFeatures {
  // GNU as has one template for all lengths of an instruction within a set.
  const isa = isaOfRow(row)
  const sets = isa.split(/[+/]/)
  const isSibling = (other: TableRow) =>
    other === row ||
    (other.space === row.space &&
      other.map === row.map &&
      other.mandatoryPrefix === row.mandatoryPrefix &&
      other.opcode.join() === row.opcode.join() &&
      other.operands.length === row.operands.length &&
      baseSet(isaOfRow(other)) === baseSet(isa))
  let features = featureX86
  const siblings = rows.filter(isSibling)
  // Where widths change within the instruction each length is an instruction of its own.
  const changesWidth = row.space === 'evex' && siblings.some((other) => widthsOf(other) > 1)
  for (const other of changesWidth ? [row] : siblings) {
    for (const operand of other.operands) features |= ofClass[operand.registerClass] ?? ofClass[operand.vectorIndex] ?? 0
  }
  for (const set of sets) features |= ofIsa[set] ?? 0
  if (/\{%k/.test(operandText)) features |= featureMask
  const isVector = (features & (featureMmx | featureXmm | featureMask | featureTmm | featureX87)) !== 0
  if (!isVector && row.mnemonic.endsWith('mxcsr')) features |= featureXmm
  if (row.mnemonic === 'vzeroall' || row.mnemonic === 'vzeroupper') features |= featureXmm | featureYmm
  // Intel SDM: with a memory operand cvtpi2pd does not touch the MMX registers.
  if (row.mnemonic === 'cvtpi2pd' && operandText.includes('(')) features &= ~featureMmx
  let level = 0
  const isMask = sets.some((set) => set.startsWith('avx512'))
  if (row.space === 'vex' && !isMask && !sets.some((set) => set === 'fma4' || set.startsWith('amx'))) level |= isaV3
  // The sets of Xeon Phi are in no level.
  if ((row.space === 'evex' || isMask) && !sets.some((set) => /^avx512(er|pf|_4)/.test(set))) level |= isaV4
  for (const set of sets) level |= levelOfIsa[set] ?? 0
  if (features !== featureX86) level |= isaBaseline
  return { isa: level, features }
}

/** How many widths of vectors stand in one row. */
function widthsOf({ operands }: TableRow): number {
  const classes = new Set<string>()
  for (const { registerClass, vectorIndex } of operands) {
    if (vectorIndex !== '') return 2
    if (/^[xyz]mm$/.test(registerClass)) classes.add(registerClass)
  }
  return classes.size
}

/** Without what only tells lengths apart. */
function baseSet(isa: string): string {
  return isa
    .split('+')
    .filter((set) => set !== 'avx512vl')
    .map((set) => (set === 'avx2' ? 'avx' : set))
    .join('+')
}
