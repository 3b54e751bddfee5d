// Registers <-> struct kvm_regs and struct kvm_sregs (<linux/kvm.h>, x86).
import type { KvmVcpu } from '@kernelbox/kvm'
import { type Registers, type RegistersUpdate, type Segment, type SegmentName, generalRegisters } from '../../registers.ts'

// struct kvm_sregs: cs ds es fs gs ss tr ldt (24 bytes each), gdt, idt (16 each), cr0 cr2 cr3 cr4 cr8 efer apic_base, bitmap.
const segmentOrder: readonly SegmentName[] = ['cs', 'ds', 'es', 'fs', 'gs', 'ss', 'tr', 'ldt']
const gdtOffset = 192
const idtOffset = 208
const controlOffsets = { cr0: 224, cr2: 232, cr3: 240, cr4: 248, efer: 264 } as const

export function readKvmRegisters(vcpu: KvmVcpu): Registers {
  const regs = vcpu.getRegs()
  const sregs = new DataView(vcpu.getSregs().buffer)
  const general = {} as Record<(typeof generalRegisters)[number], bigint>
  for (const [index, name] of generalRegisters.entries()) general[name] = regs[index] as bigint
  const segments = {} as Record<SegmentName, Segment>
  for (const [index, name] of segmentOrder.entries()) segments[name] = readSegment(sregs, index * 24)
  return {
    ...general,
    segments,
    gdt: readTable(sregs, gdtOffset),
    idt: readTable(sregs, idtOffset),
    cr0: sregs.getBigUint64(controlOffsets.cr0, true),
    cr2: sregs.getBigUint64(controlOffsets.cr2, true),
    cr3: sregs.getBigUint64(controlOffsets.cr3, true),
    cr4: sregs.getBigUint64(controlOffsets.cr4, true),
    efer: sregs.getBigUint64(controlOffsets.efer, true),
  }
}

export function writeKvmRegisters(vcpu: KvmVcpu, update: RegistersUpdate): void {
  const { segments, gdt, idt } = update
  const controls = Object.keys(controlOffsets) as (keyof typeof controlOffsets)[]
  if (segments || gdt || idt || controls.some((name) => update[name] !== undefined)) {
    const bytes = vcpu.getSregs()
    const sregs = new DataView(bytes.buffer, bytes.byteOffset)
    for (const [index, name] of segmentOrder.entries()) {
      const segment = segments?.[name]
      if (segment) writeSegment(sregs, index * 24, segment)
    }
    if (gdt) writeTable(sregs, gdtOffset, gdt)
    if (idt) writeTable(sregs, idtOffset, idt)
    for (const name of controls) {
      const value = update[name]
      if (value !== undefined) sregs.setBigUint64(controlOffsets[name], value, true)
    }
    vcpu.setSregs(bytes)
  }
  if (generalRegisters.some((name) => update[name] !== undefined)) {
    const regs = vcpu.getRegs()
    for (const [index, name] of generalRegisters.entries()) {
      const value = update[name]
      if (value !== undefined) regs[index] = value
    }
    vcpu.setRegs(regs)
  }
}

// struct kvm_segment: u64 base, u32 limit, u16 selector, u8 type present dpl db s l g avl unusable padding.
function readSegment(view: DataView, offset: number): Segment {
  const byte = (index: number) => view.getUint8(offset + 14 + index)
  return {
    base: Number(view.getBigUint64(offset, true)),
    limit: view.getUint32(offset + 8, true),
    selector: view.getUint16(offset + 12, true),
    attributes:
      byte(0) | (byte(4) << 4) | (byte(2) << 5) | (byte(1) << 7) | (byte(7) << 12) | (byte(5) << 13) | (byte(3) << 14) | (byte(6) << 15),
  }
}

function writeSegment(view: DataView, offset: number, { base, limit, selector, attributes }: Segment): void {
  view.setBigUint64(offset, BigInt(base), true)
  view.setUint32(offset + 8, limit, true)
  view.setUint16(offset + 12, selector, true)
  const bits = [
    attributes & 15,
    (attributes >> 7) & 1,
    (attributes >> 5) & 3,
    (attributes >> 14) & 1,
    (attributes >> 4) & 1,
    (attributes >> 13) & 1,
    (attributes >> 15) & 1,
    (attributes >> 12) & 1,
    attributes & 0x80 ? 0 : 1,
  ]
  for (const [index, value] of bits.entries()) view.setUint8(offset + 14 + index, value)
}

function readTable(view: DataView, offset: number): { base: number; limit: number } {
  return { base: Number(view.getBigUint64(offset, true)), limit: view.getUint16(offset + 8, true) }
}

function writeTable(view: DataView, offset: number, { base, limit }: { base: number; limit: number }): void {
  view.setBigUint64(offset, BigInt(base), true)
  view.setUint16(offset + 8, limit, true)
}
