import { describe, expect, it } from 'vitest'
import { type Registers, type Segment, generalRegisters } from '../registers.ts'
import { type LinearMemory, deliverInterrupt, returnFromInterrupt } from './interrupt-delivery.ts'

function softwareInterrupt(registers: Registers, memory: LinearMemory, vector: number, size: bigint) {
  return deliverInterrupt(registers, memory, { vector, returnTo: registers.rip + size, isSoftware: true })
}

// Flat memory with a GDT at 100h: code 0, data 0, code 3, data 3, 64-bit code 0; an IDT at 200h; a TSS at 400h.
function machine(mode: 'protected' | 'long', level: 0 | 3) {
  const bytes = new DataView(new ArrayBuffer(0x2000))
  const descriptors = [0n, 0x00cf9b000000ffffn, 0x00cf93000000ffffn, 0x00cffb000000ffffn, 0x00cff3000000ffffn, 0x00af9b000000ffffn]
  for (const [index, descriptor] of descriptors.entries()) bytes.setBigUint64(0x100 + index * 8, descriptor, true)
  bytes.setUint32(0x404, 0x1800, true)
  bytes.setUint32(0x408, mode === 'long' ? 0 : 0x10, true)
  const inside = (address: number, size: number) => address >= 0 && address + size <= bytes.byteLength
  const memory: LinearMemory = {
    read: (address, size) =>
      inside(address, size)
        ? size === 8
          ? bytes.getBigUint64(address, true)
          : BigInt(size === 4 ? bytes.getUint32(address, true) : bytes.getUint16(address, true))
        : undefined,
    write: (address, value, size) => {
      if (!inside(address, size)) return false
      if (size === 8) bytes.setBigUint64(address, value, true)
      else bytes.setUint32(address, Number(value), true)
      return true
    },
  }
  const segment = (selector: number, attributes: number): Segment => ({ selector, base: 0, limit: 0xffffffff, attributes })
  const general = Object.fromEntries(generalRegisters.map((name) => [name, 0n])) as Record<(typeof generalRegisters)[number], bigint>
  const data = level === 0 ? segment(0x10, 0xc093) : segment(0x23, 0xc0f3)
  const code = mode === 'long' ? segment(0x28, 0xa09b) : level === 0 ? segment(0x08, 0xc09b) : segment(0x1b, 0xc0fb)
  const registers: Registers = {
    ...general,
    rip: 0x1234n,
    rsp: 0x1000n,
    rflags: 0x3302n,
    segments: {
      cs: code,
      ds: data,
      es: data,
      fs: data,
      gs: data,
      ss: data,
      tr: { ...segment(0x30, 0x8b), base: 0x400 },
      ldt: segment(0, 0),
    },
    gdt: { base: 0x100, limit: 0x2f },
    idt: { base: 0x200, limit: 0xff },
    cr0: 1n,
    cr2: 0n,
    cr3: 0n,
    cr4: 0n,
    efer: mode === 'long' ? 0x500n : 0n,
  }
  const gate = (vector: number, selector: number, offset: number, access: number) => {
    const at = 0x200 + vector * (mode === 'long' ? 16 : 8)
    bytes.setUint32(at, (selector << 16) | (offset & 0xffff), true)
    bytes.setUint32(at + 4, (offset & 0xffff0000) | (access << 8), true)
  }
  return { bytes, memory, registers, gate }
}

describe('INT n', () => {
  it('pushes three values at the same level and clears IF and TF through an interrupt gate', () => {
    const { bytes, memory, registers, gate } = machine('protected', 0)
    gate(5, 8, 0x12345678, 0x8e)
    const update = softwareInterrupt(registers, memory, 5, 2n)
    expect(update).toMatchObject({ rip: 0x12345678n, rsp: 0xff4n, rflags: 0x3002n })
    expect([0xff4, 0xff8, 0xffc].map((at) => bytes.getUint32(at, true))).toEqual([0x1236, 8, 0x3302])
  })
  it('takes the stack of the TSS into an inner level and keeps IF through a trap gate', () => {
    const { bytes, memory, registers, gate } = machine('protected', 3)
    gate(6, 8, 0x500, 0xef)
    const update = softwareInterrupt(registers, memory, 6, 1n)
    expect(update).toMatchObject({ rsp: 0x17ecn, rflags: 0x3202n, segments: { cs: { selector: 8 }, ss: { selector: 0x10 } } })
    expect([0x17ec, 0x17f0, 0x17f4, 0x17f8, 0x17fc].map((at) => bytes.getUint32(at, true))).toEqual([0x1235, 0x1b, 0x3302, 0x1000, 0x23])
  })
  it('pushes five values of 8 bytes on an aligned stack in 64-bit mode', () => {
    const { bytes, memory, registers, gate } = machine('long', 0)
    gate(3, 0x28, 0x600, 0x8e)
    const update = softwareInterrupt({ ...registers, rsp: 0x1009n }, memory, 3, 2n)
    expect(update).toMatchObject({ rip: 0x600n, rsp: 0xfd8n })
    expect([0xfd8, 0xfe0, 0xfe8, 0xff0, 0xff8].map((at) => Number(bytes.getBigUint64(at, true)))).toEqual([
      0x1236, 0x28, 0x3302, 0x1009, 0x10,
    ])
  })
  it('leaves faults to the engine: absent, closed or missing gates, a stack that is not there', () => {
    const { memory, registers, gate } = machine('protected', 3)
    gate(1, 8, 0x500, 0x6e)
    gate(2, 8, 0x500, 0x8e)
    gate(4, 0x48, 0x500, 0xee)
    gate(5, 8, 0x500, 0xee)
    expect([1, 2, 4, 200].map((vector) => softwareInterrupt(registers, memory, vector, 2n))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    const far = { ...registers, segments: { ...registers.segments, tr: { ...registers.segments.tr, base: 0x8000 } } }
    expect(softwareInterrupt(far, memory, 5, 2n)).toBeUndefined()
  })
})

describe('IRET', () => {
  it('goes back to where INT came from', () => {
    for (const [mode, level, size] of [
      ['protected', 0, 4],
      ['protected', 3, 4],
      ['long', 0, 8],
    ] as const) {
      const { memory, registers, gate } = machine(mode, level)
      gate(7, mode === 'long' ? 0x28 : 8, 0x700, 0xee)
      const inside = softwareInterrupt(registers, memory, 7, 2n)
      const back = returnFromInterrupt(
        { ...registers, ...inside, segments: { ...registers.segments, ...inside?.segments } } as Registers,
        memory,
        size,
      )
      expect(back).toMatchObject({
        rip: 0x1236n,
        rsp: 0x1000n,
        rflags: registers.rflags,
        segments: { cs: { selector: registers.segments.cs.selector } },
      })
    }
  })
  it('does not give ring 3 what is not its own: IOPL, IF, inner code', () => {
    const { bytes, memory, registers } = machine('protected', 3)
    for (const [index, value] of [0x1500, 0x1b, 0x3202].entries()) bytes.setUint32(0x1000 + index * 4, value, true)
    expect(returnFromInterrupt({ ...registers, rflags: 0x2n }, memory, 4)?.rflags).toBe(2n)
    bytes.setUint32(0x1004, 8, true)
    expect(returnFromInterrupt(registers, memory, 4)).toBeUndefined()
  })
})
