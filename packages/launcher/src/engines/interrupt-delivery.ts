// Delivery of interrupts and exceptions, and IRET, in protected and 64-bit mode, for what an engine does not do itself: (pvm) KVM's emulator refuses
// INT n and IRET there, v86 gives up where a gate is bad. Enters: registers and guest memory. Leaves: what the CPU would have done, or undefined where
// that is a fault, a task switch or virtual-8086 mode. Follows Intel SDM vol. 3 §6.12.1 and §6.14 (delivery), vol. 2 IRET.
import type { Registers, RegistersUpdate, Segment } from '../registers.ts'

/** Guest memory by linear addresses; undefined where it is not mapped. */
export interface LinearMemory {
  read(address: number, sizeInBytes: 2 | 4 | 8): bigint | undefined
  /** False where it is not mapped. */
  write(address: number, value: bigint, sizeInBytes: 4 | 8): boolean
}

const tf = 0x100n
const interruptFlag = 0x200n
const iopl = 0x3000n
const nt = 0x4000n
const rf = 0x10000n
const vm86 = 0x20000n

function isLong(registers: Registers): boolean {
  return (registers.efer & 0x400n) !== 0n
}

function privilege(registers: Registers): number {
  return registers.segments.cs.selector & 3
}

/** A descriptor of the GDT as a segment register holds it. */
function loadDescriptor(registers: Registers, memory: LinearMemory, selector: number): Segment | undefined {
  const index = selector & 0xfff8
  if (selector & 4 || index === 0 || index + 7 > registers.gdt.limit) return undefined
  const low = memory.read(registers.gdt.base + index, 4)
  const high = memory.read(registers.gdt.base + index + 4, 4)
  if (low === undefined || high === undefined) return undefined
  const h = Number(high)
  if (!(h & 0x8000)) return undefined
  const limit = (Number(low) & 0xffff) | (h & 0xf0000)
  return {
    selector,
    base: ((Number(low) >>> 16) | ((h & 0xff) << 16) | (h & 0xff000000)) >>> 0,
    limit: h & 0x800000 ? ((limit << 12) | 0xfff) >>> 0 : limit,
    attributes: (h >>> 8) & 0xf0ff,
  }
}

const isCode = (segment: Segment) => (segment.attributes & 0x18) === 0x18
const levelOf = (segment: Segment) => (segment.attributes >> 5) & 3

export interface Delivery {
  readonly vector: number
  /** Where the handler's IRET goes back to. */
  readonly returnTo: bigint
  /** INT n and INT3: the gate has to be open for the level that asks. */
  readonly isSoftware: boolean
  /** What some exceptions push on top. */
  readonly errorCode?: number
}

export function deliverInterrupt(registers: Registers, memory: LinearMemory, delivery: Delivery): RegistersUpdate | undefined {
  const { vector, returnTo, isSoftware, errorCode } = delivery
  const long = isLong(registers)
  const gateSize = long ? 16 : 8
  const gate = registers.idt.base + vector * gateSize
  if (vector * gateSize + gateSize - 1 > registers.idt.limit || (registers.rflags & vm86) !== 0n) return undefined
  const low = memory.read(gate, 4)
  const high = memory.read(gate + 4, 4)
  const upper = long ? memory.read(gate + 8, 4) : 0n
  if (low === undefined || high === undefined || upper === undefined) return undefined
  const access = (Number(high) >>> 8) & 0xff
  const kind = access & 0x1f
  const level = privilege(registers)
  // Present, a 32- or 64-bit interrupt or trap gate, and open for this level.
  if (!(access & 0x80) || (kind !== 0x0e && kind !== 0x0f) || (isSoftware && ((access >> 5) & 3) < level)) return undefined
  const code = loadDescriptor(registers, memory, Number(low >> 16n))
  if (!code || !isCode(code) || (long && !(code.attributes & 0x2000))) return undefined
  const newLevel = code.attributes & 4 ? level : levelOf(code)
  if (newLevel > level) return undefined

  const size = long ? 8 : 4
  const { ss } = registers.segments
  let stackBase = long ? 0 : ss.base
  let stack = registers.rsp
  let newStack: Segment | undefined
  const isInner = newLevel < level
  const ist = long ? Number(high) & 7 : 0
  if (long) {
    if (isInner || ist > 0) {
      const top = memory.read(registers.segments.tr.base + (ist > 0 ? 0x24 + (ist - 1) * 8 : 4 + newLevel * 8), 8)
      if (top === undefined) return undefined
      stack = top
    }
    if (isInner) newStack = { selector: newLevel, base: 0, limit: 0xffffffff, attributes: 0xc093 | (newLevel << 5) }
    stack &= ~15n
  } else if (isInner) {
    const top = memory.read(registers.segments.tr.base + 4 + newLevel * 8, 4)
    const selector = memory.read(registers.segments.tr.base + 8 + newLevel * 8, 2)
    newStack = selector === undefined ? undefined : loadDescriptor(registers, memory, Number(selector))
    if (top === undefined || !newStack) return undefined
    stack = top
    stackBase = newStack.base
  }
  const frame = [registers.rflags, BigInt(registers.segments.cs.selector), returnTo]
  if (long || isInner) frame.unshift(BigInt(ss.selector), registers.rsp)
  if (errorCode !== undefined) frame.push(BigInt(errorCode))
  for (const value of frame) {
    stack -= BigInt(size)
    if (!memory.write(stackBase + Number(stack), value, size)) return undefined
  }
  const keepsInterrupts = kind === 0x0f
  return {
    rip: (low & 0xffffn) | (high & 0xffff0000n) | (upper << 32n),
    rsp: stack,
    rflags: registers.rflags & ~(tf | nt | rf | vm86 | (keepsInterrupts ? 0n : interruptFlag)),
    segments: { cs: { ...code, selector: (code.selector & ~3) | newLevel }, ...(newStack ? { ss: newStack } : {}) },
  }
}

/** IRET with operands of 4 or 8 bytes. */
export function returnFromInterrupt(registers: Registers, memory: LinearMemory, size: 4 | 8): RegistersUpdate | undefined {
  const long = isLong(registers)
  if ((registers.rflags & (vm86 | nt)) !== 0n) return undefined
  const { ss } = registers.segments
  let stack = registers.rsp
  const base = long ? 0 : ss.base
  const pop = () => {
    const value = memory.read(base + Number(stack), size)
    stack += BigInt(size)
    return value
  }
  const rip = pop()
  const selector = pop()
  const flags = pop()
  if (rip === undefined || selector === undefined || flags === undefined || (flags & vm86) !== 0n) return undefined
  const code = loadDescriptor(registers, memory, Number(selector & 0xffffn))
  const level = privilege(registers)
  const newLevel = Number(selector & 3n)
  if (!code || !isCode(code) || newLevel < level) return undefined
  const segments: RegistersUpdate['segments'] = { cs: code }
  if (newLevel > level || long) {
    const rsp = pop()
    const stackSelector = pop()
    if (rsp === undefined || stackSelector === undefined) return undefined
    stack = rsp
    // In 64-bit mode the stack segment may be null, except at level 3.
    if ((stackSelector & 0xfffcn) === 0n && long && newLevel < 3) {
      segments.ss = { selector: Number(stackSelector), base: 0, limit: 0xffffffff, attributes: 0xc093 | (newLevel << 5) }
    } else {
      const newStack = loadDescriptor(registers, memory, Number(stackSelector & 0xffffn))
      if (!newStack) return undefined
      segments.ss = newStack
    }
    // Data segments that the outer level must not use become null.
    for (const name of ['ds', 'es', 'fs', 'gs'] as const) {
      const segment = registers.segments[name]
      if (levelOf(segment) < newLevel && (segment.attributes & 0x1c) !== 0x1c && segment.selector > 3) {
        segments[name] = { selector: 0, base: 0, limit: 0, attributes: 0 }
      }
    }
  }
  // IOPL can be changed at level 0 only, IF at levels up to IOPL.
  const kept = (level > 0 ? iopl : 0n) | (BigInt(level) > (registers.rflags & iopl) >> 12n ? interruptFlag : 0n)
  return { rip, rsp: stack, rflags: (flags & ~kept & 0x3f7fd7n) | (registers.rflags & kept) | 2n, segments }
}
