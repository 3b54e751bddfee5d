// Registers <-> v86's CPU state. v86 keeps a linear instruction pointer and the code and stack widths apart from the segments.
import { type Registers, type RegistersUpdate, type SegmentName, generalRegisters } from '../../registers.ts'
import type { V86Cpu } from './v86-types.ts'

// v86's (and the machine code's) order of registers.
const order32 = ['rax', 'rcx', 'rdx', 'rbx', 'rsp', 'rbp', 'rsi', 'rdi'] as const
const segmentOrder: readonly SegmentName[] = ['es', 'cs', 'ss', 'ds', 'fs', 'gs', 'tr', 'ldt']
const codeSegment = 1
const stackSegment = 2
const taskRegister = 6

export function readV86Registers(cpu: V86Cpu): Registers {
  const general = {} as Record<(typeof generalRegisters)[number], bigint>
  for (const name of generalRegisters) general[name] = 0n
  for (const [index, name] of order32.entries()) general[name] = BigInt((cpu.reg32[index] as number) >>> 0)
  general.rip = BigInt(((cpu.instruction_pointer[0] as number) - cpu.get_seg_cs()) >>> 0)
  general.rflags = BigInt(cpu.get_eflags() >>> 0)
  const segments = {} as Registers['segments']
  for (const [index, name] of segmentOrder.entries()) {
    const isWide = index === codeSegment ? cpu.is_32[0] : index === stackSegment ? cpu.stack_size_32[0] : 0
    // v86 leaves limits and access rights alone in real mode.
    const isReal = cpu.protected_mode[0] === 0
    const limit = isReal && index < 6 ? 0xffff : (cpu.segment_limits[index] as number) >>> 0
    if (isReal && index < 6) {
      const base = (cpu.segment_offsets[index] as number) >>> 0
      segments[name] = { selector: cpu.sreg[index] as number, base, limit, attributes: index === codeSegment ? 0x9b : 0x93 }
      continue
    }
    segments[name] = {
      selector: cpu.sreg[index] as number,
      base: (cpu.segment_offsets[index] as number) >>> 0,
      limit,
      attributes: (cpu.segment_access_bytes[index] as number) | (isWide ? 0x4000 : 0) | (limit > 0xfffff ? 0x8000 : 0),
    }
  }
  const control = (index: number) => BigInt((cpu.cr[index] as number) >>> 0)
  return {
    ...general,
    segments,
    gdt: { base: (cpu.gdtr_offset[0] as number) >>> 0, limit: cpu.gdtr_size[0] as number },
    idt: { base: (cpu.idtr_offset[0] as number) >>> 0, limit: cpu.idtr_size[0] as number },
    cr0: control(0),
    cr2: control(2),
    cr3: control(3),
    cr4: control(4),
    efer: 0n,
  }
}

export function writeV86Registers(cpu: V86Cpu, update: RegistersUpdate): void {
  const instructionOffset = update.rip ?? BigInt(((cpu.instruction_pointer[0] as number) - cpu.get_seg_cs()) >>> 0)
  for (const [index, name] of order32.entries()) {
    const value = update[name]
    if (value !== undefined) cpu.reg32[index] = Number(BigInt.asIntN(32, value))
  }
  if (update.rflags !== undefined) {
    cpu.flags[0] = Number(BigInt.asIntN(32, update.rflags | 2n))
    cpu.flags_changed[0] = 0
  }
  for (const [index, control] of ([0, 2, 3, 4] as const).entries()) {
    const value = update[(['cr0', 'cr2', 'cr3', 'cr4'] as const)[index] as 'cr0']
    if (value !== undefined) cpu.cr[control] = Number(BigInt.asIntN(32, value))
  }
  cpu.protected_mode[0] = (cpu.cr[0] as number) & 1
  for (const [index, name] of segmentOrder.entries()) {
    const segment = update.segments?.[name]
    if (!segment) continue
    cpu.sreg[index] = segment.selector
    cpu.segment_offsets[index] = segment.base | 0
    cpu.segment_limits[index] = segment.limit
    cpu.segment_access_bytes[index] = segment.attributes & 0xff
    cpu.segment_is_null[index] = 0
    if (index === codeSegment) {
      cpu.is_32[0] = segment.attributes & 0x4000 ? 1 : 0
      if (cpu.protected_mode[0]) cpu.cpl[0] = segment.selector & 3
    }
    // Type 9 or 11: a TSS of 32 bits.
    if (index === taskRegister) cpu.tss_size_32[0] = segment.attributes & 8 ? 1 : 0
    if (index === stackSegment) cpu.stack_size_32[0] = segment.attributes & 0x4000 ? 1 : 0
  }
  if (update.gdt) {
    cpu.gdtr_offset[0] = update.gdt.base | 0
    cpu.gdtr_size[0] = update.gdt.limit
  }
  if (update.idt) {
    cpu.idtr_offset[0] = update.idt.base | 0
    cpu.idtr_size[0] = update.idt.limit
  }
  cpu.instruction_pointer[0] = (cpu.get_seg_cs() + Number(BigInt.asUintN(32, instructionOffset))) | 0
  cpu.last_virt_eip[0] = -1
  cpu.full_clear_tlb()
  cpu.update_state_flags()
}
