// The registers of a vCPU, engine-independent. Segment attributes follow the descriptor's layout (Intel SDM vol. 3 §3.4.5).

/** What a segment register holds: the selector and the hidden part that the CPU loaded with it. */
export interface Segment {
  selector: number
  base: number
  /** In bytes, already scaled by the granularity bit. */
  limit: number
  /** Type (4 bits), S, DPL (2), P in bits 0 to 7; AVL, L, D/B, G in bits 12 to 15, as in a VMCS or a descriptor's upper half. */
  attributes: number
}

export interface DescriptorTable {
  base: number
  limit: number
}

/** In the order of struct kvm_regs. */
export const generalRegisters = [
  'rax',
  'rbx',
  'rcx',
  'rdx',
  'rsi',
  'rdi',
  'rsp',
  'rbp',
  'r8',
  'r9',
  'r10',
  'r11',
  'r12',
  'r13',
  'r14',
  'r15',
  'rip',
  'rflags',
] as const

export type GeneralRegister = (typeof generalRegisters)[number]

export type SegmentName = 'cs' | 'ds' | 'es' | 'fs' | 'gs' | 'ss' | 'tr' | 'ldt'

export interface Registers extends Record<GeneralRegister, bigint> {
  segments: Record<SegmentName, Segment>
  gdt: DescriptorTable
  idt: DescriptorTable
  cr0: bigint
  cr2: bigint
  cr3: bigint
  cr4: bigint
  efer: bigint
}

/** A change of registers: what is left out stays. */
export interface RegistersUpdate extends Partial<Record<GeneralRegister, bigint>> {
  segments?: Partial<Record<SegmentName, Segment>>
  gdt?: DescriptorTable
  idt?: DescriptorTable
  cr0?: bigint
  cr2?: bigint
  cr3?: bigint
  cr4?: bigint
  efer?: bigint
}

/** A real-mode segment: base is 16 times the selector (Intel SDM vol. 3 §21.1.1). */
export function realModeSegment(selector: number, isCode = false): Segment {
  return { selector, base: selector * 16, limit: 0xffff, attributes: isCode ? 0x9b : 0x93 }
}

/** The mode that the registers say the CPU is in, and the width that code runs at. */
export function modeOf(registers: Registers): 'real' | 'protected16' | 'protected32' | 'long' | 'virtual8086' {
  if ((registers.cr0 & 1n) === 0n) return 'real'
  if ((registers.rflags & 0x20000n) !== 0n) return 'virtual8086'
  const { attributes } = registers.segments.cs
  if ((registers.efer & 0x400n) !== 0n && (attributes & 0x2000) !== 0) return 'long'
  return (attributes & 0x4000) !== 0 ? 'protected32' : 'protected16'
}

/** Registers as text, one line a group, in the manner of a debugger. */
export function formatRegisters(registers: Registers): string {
  const mode = modeOf(registers)
  const digits = mode === 'long' ? 16 : 8
  const hex = (value: bigint | number, width = digits) => value.toString(16).padStart(width, '0')
  const names = generalRegisters.filter((name) => mode === 'long' || !/^r\d/.test(name))
  const shown = names.map((name) => `${(mode === 'long' ? name : name.replace(/^r/, 'e')).padEnd(6)} ${hex(registers[name])}`)
  const lines = [`mode   ${mode}`]
  for (let i = 0; i < shown.length; i += 4) lines.push(shown.slice(i, i + 4).join('  '))
  for (const name of ['cs', 'ds', 'es', 'fs', 'gs', 'ss', 'tr', 'ldt'] as const) {
    const { selector, base, limit, attributes } = registers.segments[name]
    lines.push(`${name.padEnd(6)} ${hex(selector, 4)}  base ${hex(base)}  limit ${hex(limit, 8)}  attributes ${hex(attributes, 4)}`)
  }
  lines.push(`gdt    base ${hex(registers.gdt.base)}  limit ${hex(registers.gdt.limit, 4)}`)
  lines.push(`idt    base ${hex(registers.idt.base)}  limit ${hex(registers.idt.limit, 4)}`)
  lines.push(
    `cr0    ${hex(registers.cr0)}  cr2  ${hex(registers.cr2)}  cr3  ${hex(registers.cr3)}  cr4  ${hex(registers.cr4)}  efer ${hex(registers.efer)}`,
  )
  return `${lines.join('\n')}\n`
}
