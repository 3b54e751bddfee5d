// What a loader needs of an ELF executable: its loadable segments and its entry. Follows the gABI, chapter 5 (program header). Enters:
// a file that nobody has checked. Leaves: segments inside the file, or what is wrong with it.

import { isElf } from '@kernelbox/elf'

export interface ElfProgram {
  readonly machine: 'i386' | 'x86-64'
  readonly entry: number
  readonly segments: readonly {
    readonly physicalAddress: number
    readonly virtualAddress: number
    readonly bytes: Uint8Array
    readonly memorySize: number
  }[]
}

const loadable = 1

/** The program, or a sentence that says why it cannot be loaded. */
export function readElfProgram(file: Uint8Array): ElfProgram | string {
  if (!isElf(file) || file.length < 52) return 'it is not an ELF file'
  const view = new DataView(file.buffer, file.byteOffset, file.length)
  const is64 = file[4] === 2
  if (file[5] !== 1) return 'the ELF file is not little-endian'
  const type = view.getUint16(16, true)
  if (type === 1) return 'it is a relocatable object; link it first (kld)'
  if (type !== 2 && type !== 3) return `ELF type ${type} cannot be loaded`
  const machine = view.getUint16(18, true)
  if (machine !== 3 && machine !== 62) return `ELF machine ${machine} is neither i386 nor x86-64`
  if (is64 && file.length < 64) return 'the ELF header is cut off'
  const address = (offset: number) => (is64 ? Number(view.getBigUint64(offset, true)) : view.getUint32(offset, true))
  const tableOffset = is64 ? address(32) : address(28)
  const entrySize = view.getUint16(is64 ? 54 : 42, true)
  const count = view.getUint16(is64 ? 56 : 44, true)
  if (entrySize < (is64 ? 56 : 32) || tableOffset + entrySize * count > file.length) return 'the program header lies outside the file'
  const segments: { physicalAddress: number; virtualAddress: number; bytes: Uint8Array; memorySize: number }[] = []
  for (let i = 0; i < count; i++) {
    const at = tableOffset + i * entrySize
    if (view.getUint32(at, true) !== loadable) continue
    const [offset, virtualAddress, physicalAddress, fileSize, memorySize] = (
      is64 ? [at + 8, at + 16, at + 24, at + 32, at + 40] : [at + 4, at + 8, at + 12, at + 16, at + 20]
    ).map(address) as [number, number, number, number, number]
    if (offset + fileSize > file.length) return `segment ${i} lies outside the file`
    if (memorySize < fileSize) return `segment ${i} is larger in the file than in memory`
    if (memorySize > 0) segments.push({ physicalAddress, virtualAddress, bytes: file.subarray(offset, offset + fileSize), memorySize })
  }
  if (segments.length === 0) return 'the ELF file has nothing to load'
  return { machine: machine === 3 ? 'i386' : 'x86-64', entry: address(24), segments }
}

/** Where the entry lies in physical memory: kernels linked high are loaded low. */
export function physicalEntry({ entry, segments }: ElfProgram): number {
  for (const { virtualAddress, physicalAddress, memorySize } of segments) {
    if (entry >= virtualAddress && entry < virtualAddress + memorySize) return entry - virtualAddress + physicalAddress
  }
  return entry
}
