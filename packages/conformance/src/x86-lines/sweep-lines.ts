// Enters: the instruction table, a seed. Leaves: AT&T lines that walk over it: each row with operands of the kinds that it takes,
// and the same with one thing changed, so that what must be refused is tried too.
import { mnemonics, type Mode, rowsOf, type TableRow } from '@kernelbox/x86'

type Operand = TableRow['operands'][number]

/** A small generator of random numbers (mulberry32): the same seed gives the same lines. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const LOW = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di']

function generalRegister(bits: number, number: number): string {
  if (bits === 8) return number < 4 ? `%${'acdb'[number]}l` : number < 8 ? `%${['spl', 'bpl', 'sil', 'dil'][number - 4]}` : `%r${number}b`
  if (number > 7) return `%r${number}${bits === 16 ? 'w' : bits === 32 ? 'd' : ''}`
  return `%${bits === 16 ? '' : bits === 32 ? 'e' : 'r'}${LOW[number]}`
}

const MEMORY: Readonly<Record<Mode, readonly string[]>> = {
  64: [
    '(%rax)',
    '0x10(%rbp)',
    '(%r12)',
    '(%r13)',
    '-0x80(%r14,%r9,4)',
    '0x40(%rcx)',
    '0x1234(%rip)',
    '(%rsp,%rcx,8)',
    '0x1000(,%rdx,2)',
    '%fs:4(%rdi)',
    '0x7f0(%rdx)',
    '0x200(%r15)',
    '(%ebx,%esi)',
    '0x12345678',
    '-4(%edi)',
    '0x3f80(%rsi)',
    '%ss:(%rbp)',
  ],
  32: [
    '(%eax)',
    '0x10(%ebp)',
    '(%esp)',
    '-0x80(%esi,%ecx,4)',
    '0x40(%ecx)',
    '(%bx,%si)',
    '0x20(%bp)',
    '0x1000(,%edx,2)',
    '%gs:4(%edi)',
    '0x7f0(%edx)',
    '0x12345678',
    '0x200(%ebx)',
    '-0x81(%bx)',
  ],
  16: ['(%bx)', '0x10(%bp)', '(%si)', '-0x80(%bx,%di)', '0x40(%eax)', '(%ebp,%ecx,2)', '0x1234', '%es:4(%di)', '0x200(%bp,%si)', '(%bp)'],
}

const IMMEDIATES = ['0', '1', '3', '0x7f', '0x80', '0xff', '-1', '-128', '-129', '0x1234', '0x7fff', '0xffff', '0x12345678', '-0x80000000']

/** Lines for one mode: about `perRow` a row and name. */
export function sweepLines(mode: Mode, perRow: number, seed: number, only: RegExp): string[] {
  const random = randomNumbers(seed)
  const pick = <T>(items: readonly T[]): T => items[random(items.length)]!
  const lines = new Set<string>()

  const registerOf = (registerClass: string, bits: number, spec: Operand | undefined): string => {
    const fixed = spec && spec.fixedNumber >= 0 ? spec.fixedNumber : -1
    const any = (low: number, high: number): number => (fixed >= 0 ? fixed : random(mode === 64 ? high : low))
    switch (registerClass) {
      case 'gpr8':
        return fixed === 4 ? '%ah' : mode === 64 ? generalRegister(8, any(8, 16)) : generalRegister(8, any(4, 16))
      case 'gpr':
      case 'gpr16':
      case 'gpr32':
      case 'gpr64':
        return generalRegister(bits, any(8, 16))
      case 'xmm':
      case 'ymm':
      case 'zmm':
        return `%${registerClass}${any(8, spec && random(3) > 0 ? 16 : 32)}`
      case 'mask':
        return `%k${any(8, 8)}`
      case 'mmx':
        return `%mm${any(8, 8)}`
      case 'tmm':
        return `%tmm${any(8, 8)}`
      case 'st':
        return fixed >= 0 ? '%st' : `%st(${random(8)})`
      case 'segment':
        return `%${['es', 'cs', 'ss', 'ds', 'fs', 'gs'][any(6, 6)]}`
      case 'control':
        return `%cr${pick([0, 2, 3, 4])}`
      case 'debug':
        return `%db${any(8, 8)}`
      case 'test':
        return `%tr${3 + random(5)}`
      case 'bound':
        return `%bnd${any(4, 4)}`
      default:
        return '%eax'
    }
  }

  const memoryOf = (spec: Operand): string => {
    if (spec.vectorIndex !== '') {
      const base = mode === 64 ? pick(['%rax', '%r13', '%rbp']) : pick(['%eax', '%ebp'])
      const index = `%${spec.vectorIndex}${random(mode === 64 ? 32 : 8)}`
      return `${pick(['', '8', '0x7b', '0x400', '-0x200'])}(${random(5) === 0 ? '' : base},${index},${pick([1, 2, 4, 8])})`
    }
    return pick(MEMORY[mode])
  }

  const operandOf = (spec: Operand, row: TableRow, bits: number, decorate: boolean): string | undefined => {
    const choices: string[] = []
    const sized = (size: number): number => (size < 0 ? (size === -2 && bits === 16 ? 32 : size === -3 && bits === 64 ? 32 : bits) : size)
    if (spec.fixedValue >= 0) return `$${spec.fixedValue}`
    if (spec.accepts & 1) choices.push(registerOf(spec.registerClass, sized(spec.registerSize), spec))
    if (spec.accepts & 2) {
      let memory = memoryOf(spec)
      if (row.flags.has('indirect')) memory = `*${memory}`
      else if (spec.broadcast !== 0 && random(3) === 0) memory += `{1to${spec.memorySize / spec.broadcast}}`
      choices.push(memory)
    }
    if (spec.accepts & 4) choices.push(`$${pick(IMMEDIATES.slice(0, spec.immediateSize === 8 ? 8 : IMMEDIATES.length))}`)
    if (spec.accepts & 16) choices.push(mode === 16 ? '0x1234' : '0x12345678')
    if (spec.accepts & 256) return '%dx'
    if (spec.accepts & 32) return mode === 64 ? '(%rsi)' : mode === 32 ? '(%esi)' : '(%si)'
    if (spec.accepts & 64) return mode === 64 ? '%es:(%rdi)' : mode === 32 ? '%es:(%edi)' : '%es:(%di)'
    if (spec.accepts & 128) return mode === 64 ? '(%rbx)' : mode === 32 ? '(%ebx)' : '(%bx)'
    if (choices.length === 0) return undefined
    let text = pick(choices)
    if (row.flags.has('indirect') && text.startsWith('%')) text = `*${text}`
    if (decorate && spec.masking > 0 && random(2) === 0) {
      text += `{%k${1 + random(7)}}`
      if (spec.masking === 2 && text.startsWith('%') && random(2) === 0) text += '{z}'
    }
    return text
  }

  const change = (operands: string[], name: string): string => {
    const at = operands.length > 0 ? random(operands.length) : -1
    switch (random(9)) {
      case 0:
        if (at >= 0)
          operands[at] = registerOf(pick(['gpr8', 'gpr16', 'gpr32', 'xmm', 'ymm', 'mask', 'mmx', 'segment']), pick([16, 32]), undefined)
        return name
      case 1:
        if (at >= 0) operands[at] = pick(MEMORY[mode])
        return name
      case 2:
        if (at >= 0) operands[at] = `$${pick(IMMEDIATES)}`
        return name
      case 3:
        if (at >= 0) operands.splice(at, 1)
        return name
      case 4:
        if (at >= 0) operands[at] += pick(['{%k1}', '{z}', '{%k2}{z}', '{1to4}', '{1to8}', '{1to2}'])
        return name
      case 5:
        operands.splice(random(2), 0, pick(['{sae}', '{rn-sae}', '{rz-sae}']))
        return name
      case 6:
        return name + pick(['b', 'w', 'l', 'q', 'x', 'y', 'z', 's', 't'])
      case 7:
        return `${pick(['{vex}', '{vex3}', '{evex}', '{load}', '{store}', '{disp8}', '{disp32}', 'lock', 'rep', 'data16'])} ${name}`
      default:
        return `${name}.s`
    }
  }

  for (const name of mnemonics()) {
    if (!only.test(name)) continue
    for (const row of rowsOf(name) ?? []) {
      if (mode === 64 ? row.i64 : row.only64) continue
      if (row.operands.some((spec) => spec.accepts & 8)) continue
      for (let count = 0; count < perRow; count++) {
        const bits = row.isSized ? pick(mode === 64 ? [16, 32, 64] : [16, 32]) : 0
        const operands: string[] = []
        let fits = true
        let hasMemory = false
        for (const spec of row.operands) {
          const text = operandOf(spec, row, bits, true)
          if (text === undefined) fits = false
          else operands.push(text)
          hasMemory ||= text?.includes('(') ?? false
        }
        if (!fits) continue
        const rounded = row.operands.findIndex((spec) => spec.rounding !== '')
        if (rounded >= 0 && !hasMemory && random(3) === 0) {
          operands.splice(
            rounded,
            0,
            row.operands[rounded]!.rounding === 'sae' ? '{sae}' : pick(['{rn-sae}', '{rd-sae}', '{ru-sae}', '{rz-sae}']),
          )
        }
        let written = name
        if (row.suffixes !== '' && random(2) === 0) {
          written += row.isSized ? (bits === 16 ? 'w' : bits === 32 ? 'l' : 'q') : pick([...row.suffixes])
        }
        if (random(4) === 0) written = change(operands, written)
        lines.add(operands.length > 0 ? `${written} ${operands.join(', ')}` : written)
      }
    }
  }
  return [...lines]
}
