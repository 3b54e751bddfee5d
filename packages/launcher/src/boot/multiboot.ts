// Multiboot 1 and 2: loads the kernel, writes the boot information. Follows the Multiboot Specification version 0.6.96 and
// the Multiboot2 Specification version 2.0. The information lies at 9000h, below the 640 KiB that are the kernel's.
import type { Vm } from '../vm.ts'
import { isElf } from '@kernelbox/elf'
import { type ElfProgram, readElfProgram } from './elf-program.ts'
import { topOfMemory } from './firmware-tables.ts'
import type { MultibootHeader } from './multiboot-header.ts'

const infoAddress = 0x9000
const infoLimit = 0x5000
const loaderName = 'kernelbox'

/** The kernel's segments: from the header's addresses, or from ELF. */
export function multibootProgram(file: Uint8Array, header: MultibootHeader): ElfProgram | string {
  const { addresses } = header
  if (!addresses) {
    if (!isElf(file)) return 'the Multiboot header gives no addresses, and the file is not ELF'
    const program = readElfProgram(file)
    return typeof program === 'string' || header.entry === undefined ? program : { ...program, entry: header.entry }
  }
  // The header's own address tells where in the file the load address is.
  const fileOffset = addresses.load === 0xffffffff ? 0 : header.offset - (addresses.header - addresses.load)
  const load = addresses.load === 0xffffffff ? addresses.header - header.offset : addresses.load
  if (fileOffset < 0 || fileOffset >= file.length) return 'the addresses in the Multiboot header do not fit the file'
  const size = addresses.loadEnd === 0 ? file.length - fileOffset : addresses.loadEnd - load
  if (size <= 0 || fileOffset + size > file.length) return 'the addresses in the Multiboot header do not fit the file'
  const memorySize = addresses.bssEnd === 0 ? size : addresses.bssEnd - load
  const entry = header.entry ?? addresses.entry
  if (entry === undefined) return 'the Multiboot header gives no entry address'
  return {
    machine: 'i386',
    entry,
    segments: [
      {
        physicalAddress: load,
        virtualAddress: load,
        bytes: file.subarray(fileOffset, fileOffset + size),
        memorySize: Math.max(memorySize, size),
      },
    ],
  }
}

export interface MultibootModule {
  readonly bytes: Uint8Array
  readonly commandLine: string
}

/**
 * Writes the boot information; gives what EAX and EBX hold at the entry. Modules follow the kernel, page by page.
 * @param firstFree first address above the kernel
 */
export function writeMultibootInfo(
  vm: Vm,
  version: 1 | 2,
  commandLine: string,
  modules: readonly MultibootModule[],
  firstFree: number,
): { eax: number; ebx: number } | string {
  const placed: { start: number; end: number; commandLine: string }[] = []
  let free = Math.max(0x100000, firstFree)
  for (const module of modules) {
    free = (free + 4095) & ~4095
    if (free + module.bytes.length > vm.memory.sizeInBytes) return 'the modules do not fit into guest memory'
    vm.memory.write(free, module.bytes)
    placed.push({ start: free, end: free + module.bytes.length, commandLine: module.commandLine })
    free += module.bytes.length
  }
  const info = version === 1 ? info1(vm, commandLine, placed) : info2(vm, commandLine, placed)
  if (info.length > infoLimit) return 'the command lines are too long'
  vm.memory.write(infoAddress, info)
  return { eax: version === 1 ? 0x2badb002 : 0x36d76289, ebx: infoAddress }
}

type Placed = readonly { start: number; end: number; commandLine: string }[]

const mebibyte = 0x100000
const lowerKib = 639

function upperKib(sizeInBytes: number): number {
  return (topOfMemory(sizeInBytes) - mebibyte) >> 10
}

/** Memory as our BIOS tells it: [first, size, kind]; 1 is RAM. */
function memoryMap(sizeInBytes: number): readonly (readonly [address: number, size: number, kind: number])[] {
  const top = topOfMemory(sizeInBytes)
  return [
    [0, 0x9fc00, 1],
    [0x9fc00, 0x400, 2],
    [0xf0000, 0x10000, 2],
    [mebibyte, top - mebibyte, 1],
    [top, sizeInBytes - top, 2],
  ]
}

class Writer {
  readonly bytes: number[] = []
  u32(...values: number[]): this {
    for (const value of values) this.bytes.push(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255)
    return this
  }
  u64(value: number): this {
    return this.u32(value % 2 ** 32, Math.floor(value / 2 ** 32))
  }
  string(text: string): number {
    const at = this.bytes.length
    for (const byte of new TextEncoder().encode(text)) this.bytes.push(byte)
    this.bytes.push(0)
    return at
  }
  align(size: number): this {
    while (this.bytes.length % size) this.bytes.push(0)
    return this
  }
  set32(at: number, value: number): void {
    for (let i = 0; i < 4; i++) this.bytes[at + i] = (value >>> (8 * i)) & 255
  }
}

// Multiboot 1 §3.3: 116 bytes, then what they point at.
function info1(vm: Vm, commandLine: string, modules: Placed): Uint8Array {
  const writer = new Writer()
  for (let i = 0; i < 29; i++) writer.u32(0)
  const at = () => infoAddress + writer.bytes.length
  // Memory sizes, boot device, command line, modules, memory map, loader name.
  writer.set32(0, 1 | 2 | 4 | 8 | 0x40 | 0x200)
  writer.set32(4, lowerKib)
  writer.set32(8, upperKib(vm.memory.sizeInBytes))
  writer.set32(12, 0x80ffffff)
  writer.set32(16, infoAddress + writer.string(commandLine))
  writer.set32(64, infoAddress + writer.string(loaderName))
  const strings = modules.map((module) => infoAddress + writer.string(module.commandLine))
  writer.align(4)
  writer.set32(20, modules.length)
  writer.set32(24, at())
  for (const [index, module] of modules.entries()) writer.u32(module.start, module.end, strings[index] as number, 0)
  const map = memoryMap(vm.memory.sizeInBytes)
  writer.set32(44, map.length * 24)
  writer.set32(48, at())
  for (const [address, size, kind] of map) writer.u32(20).u64(address).u64(size).u32(kind)
  return Uint8Array.from(writer.bytes)
}

// Multiboot 2 §3.6: total size, then tags of type and size, each at a multiple of 8.
function info2(vm: Vm, commandLine: string, modules: Placed): Uint8Array {
  const writer = new Writer().u32(0, 0)
  const tag = (type: number, fill: (writer: Writer) => void) => {
    const start = writer.align(8).bytes.length
    writer.u32(type, 0)
    fill(writer)
    writer.set32(start + 4, writer.bytes.length - start)
  }
  tag(1, (to) => void to.string(commandLine))
  tag(2, (to) => void to.string(loaderName))
  for (const module of modules) tag(3, (to) => void to.u32(module.start, module.end).string(module.commandLine))
  tag(4, (to) => void to.u32(lowerKib, upperKib(vm.memory.sizeInBytes)))
  tag(6, (to) => {
    to.u32(24, 0)
    for (const [address, size, kind] of memoryMap(vm.memory.sizeInBytes)) to.u64(address).u64(size).u32(kind, 0)
  })
  tag(0, () => {})
  writer.set32(0, writer.bytes.length)
  return Uint8Array.from(writer.bytes)
}
