// Puts the CPU into a mode at an address, as a boot loader would have left it. Intel SDM vol. 3, §9.8 (initialisation for protected
// mode and IA-32e mode). The tables lie in low memory that boot loaders use for themselves: GDT at 600h, page tables at 1000h to 6FFFh.
import { type Segment, realModeSegment } from '../registers.ts'
import type { Vm } from '../vm.ts'

const gdtAddress = 0x600
const pageTableAddress = 0x1000
/** Selectors of the flat GDT: code 8, data 10h, 64-bit code 18h. */
const codeSelector = 0x08
const dataSelector = 0x10
const longCodeSelector = 0x18
const gdt = [0n, 0x00cf9b000000ffffn, 0x00cf93000000ffffn, 0x00af9b000000ffffn]

const flatCode: Segment = { selector: codeSelector, base: 0, limit: 0xffffffff, attributes: 0xc09b }
const flatData: Segment = { selector: dataSelector, base: 0, limit: 0xffffffff, attributes: 0xc093 }
const longCode: Segment = { selector: longCodeSelector, base: 0, limit: 0xffffffff, attributes: 0xa09b }

/** Real mode at segment:offset; the data segments are 0, the stack is below 7C00h. */
export function enterRealMode(vm: Vm, segment: number, offset: number): void {
  const data = realModeSegment(0)
  vm.setRegisters({
    cr0: 0x10n,
    rflags: 2n,
    rip: BigInt(offset),
    rsp: 0x7c00n,
    segments: { cs: realModeSegment(segment, true), ds: data, es: data, fs: data, gs: data, ss: data },
  })
}

function writeGdt(vm: Vm): { base: number; limit: number } {
  const bytes = new Uint8Array(gdt.length * 8)
  const view = new DataView(bytes.buffer)
  for (const [index, descriptor] of gdt.entries()) view.setBigUint64(index * 8, descriptor, true)
  vm.memory.write(gdtAddress, bytes)
  return { base: gdtAddress, limit: bytes.length - 1 }
}

/** 32-bit protected mode without paging, flat segments, interrupts off. */
export function enterProtectedMode(vm: Vm, address: number, registers: { eax?: number; ebx?: number } = {}): void {
  const { eax = 0, ebx = 0 } = registers
  vm.setRegisters({
    cr0: 0x11n,
    rflags: 2n,
    rip: BigInt(address),
    rax: BigInt(eax),
    rbx: BigInt(ebx),
    rsp: 0x7c00n,
    gdt: writeGdt(vm),
    idt: { base: 0, limit: 0 },
    segments: { cs: flatCode, ds: flatData, es: flatData, fs: flatData, gs: flatData, ss: flatData },
  })
}

/** 64-bit mode, ring 0, the first 4 GiB mapped to themselves by 2 MiB pages. Throws where the engine has no long mode. */
export function enterLongMode(vm: Vm, address: number): void {
  if (vm.engine === 'software') throw new RangeError('the software engine (v86) has no long mode; use the KVM engine')
  const tables = new Uint8Array(6 * 4096)
  const view = new DataView(tables.buffer)
  const present = 3n
  const wide = 0x83n
  view.setBigUint64(0, BigInt(pageTableAddress + 0x1000) | present, true)
  for (let gib = 0; gib < 4; gib++) {
    view.setBigUint64(0x1000 + gib * 8, BigInt(pageTableAddress + 0x2000 + gib * 0x1000) | present, true)
    for (let page = 0; page < 512; page++) {
      view.setBigUint64(0x2000 + gib * 0x1000 + page * 8, (BigInt(gib) << 30n) | (BigInt(page) << 21n) | wide, true)
    }
  }
  vm.memory.write(pageTableAddress, tables)
  vm.setRegisters({
    cr3: BigInt(pageTableAddress),
    cr4: 0x20n,
    cr0: 0x80000011n,
    efer: 0x500n,
    rflags: 2n,
    rip: BigInt(address),
    rsp: 0x7c00n,
    gdt: writeGdt(vm),
    idt: { base: 0, limit: 0 },
    segments: { cs: longCode, ds: flatData, es: flatData, fs: flatData, gs: flatData, ss: flatData },
  })
}
