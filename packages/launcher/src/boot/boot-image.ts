// From a file to a CPU that stands before its first instruction. Enters: bytes that nobody has checked, and what they should be.
// Leaves: the machine ready to run, or a fault in words.
import { installBios } from '../bios/bios.ts'
import { Ata } from '../devices/ata.ts'
import { DiskImage, sectorSize } from '../devices/disk-image.ts'
import type { Vm } from '../vm.ts'
import { defaultLoadAddress } from '../memory.ts'
import { type ElfProgram, physicalEntry, readElfProgram } from './elf-program.ts'
import { enterLongMode, enterProtectedMode } from './entry.ts'
import { installFirmwareTables } from './firmware-tables.ts'
import { type BootFormat, type BootResult, type ImageFault, bootFlat, detectFormat } from './image-format.ts'
import { findMultibootHeader } from './multiboot-header.ts'
import { type MultibootModule, multibootProgram, writeMultibootInfo } from './multiboot.ts'

export interface BootOptions {
  readonly format?: BootFormat
  /** Where a flat image goes. */
  readonly loadAddress?: number
  readonly commandLine?: string
  readonly modules?: readonly MultibootModule[]
  /** What DL holds for a boot sector: 0 the first floppy, 80h the first hard disk. */
  readonly drive?: number
  /** Further disks; those of a floppy's size are floppies, which only the BIOS can reach. */
  readonly disks?: readonly Uint8Array[]
}

/** Loads a file and sets the CPU to its entry. Never throws for what is in the file. */
export function bootImage(vm: Vm, file: Uint8Array, options: BootOptions = {}): BootResult | ImageFault {
  const format = options.format ?? detectFormat(file)
  if (format !== 'boot' && options.disks?.length) vm.attach(new Ata(numberDisks([], options.disks)))
  switch (format) {
    case 'flat':
      return bootFlat(vm, file, options.loadAddress ?? defaultLoadAddress)
    case 'boot':
      return bootDisk(vm, file, options)
    case 'elf': {
      const program = readElfProgram(file)
      return typeof program === 'string' ? { message: program } : bootElf(vm, program)
    }
    case 'multiboot':
      return bootMultiboot(vm, file, options)
  }
}

function bootDisk(vm: Vm, file: Uint8Array, { drive, disks = [] }: BootOptions): BootResult | ImageFault {
  if (file.length < sectorSize) return { message: `a boot sector has ${sectorSize} bytes; the file has ${file.length}` }
  if (file[510] !== 0x55 || file[511] !== 0xaa) return { message: 'the boot sector does not end in 55 AA' }
  installBios(vm, numberDisks([new DiskImage(file, drive)], disks))
  return { format: 'boot', entry: 0x7c00 }
}

/** The others get the numbers that follow those of their kind. */
function numberDisks(first: readonly DiskImage[], others: readonly Uint8Array[]): DiskImage[] {
  const disks = [...first]
  for (const image of others) {
    const wanted = new DiskImage(image)
    let drive = wanted.drive
    while (disks.some((disk) => disk.drive === drive)) drive++
    disks.push(drive === wanted.drive ? wanted : new DiskImage(image, drive))
  }
  return disks
}

/** Copies the segments; gives the first address above them. */
function loadSegments(vm: Vm, { segments }: ElfProgram): number | ImageFault {
  let end = 0
  for (const { physicalAddress, bytes, memorySize } of segments) {
    if (physicalAddress + memorySize > vm.memory.sizeInBytes) {
      const hex = `0x${physicalAddress.toString(16)} to 0x${(physicalAddress + memorySize).toString(16)}`
      return { message: `a segment at ${hex} lies beyond guest memory of 0x${vm.memory.sizeInBytes.toString(16)} bytes` }
    }
    vm.load(bytes, physicalAddress)
    if (memorySize > bytes.length) vm.load(new Uint8Array(memorySize - bytes.length), physicalAddress + bytes.length)
    end = Math.max(end, physicalAddress + memorySize)
  }
  return end
}

function bootElf(vm: Vm, program: ElfProgram): BootResult | ImageFault {
  const end = loadSegments(vm, program)
  if (typeof end !== 'number') return end
  const entry = physicalEntry(program)
  if (program.machine === 'i386') enterProtectedMode(vm, entry)
  else {
    if (vm.engine === 'software')
      return { message: 'the program is 64-bit, and the software engine (v86) has no long mode; it needs --engine kvm' }
    enterLongMode(vm, entry)
  }
  return { format: 'elf', entry }
}

function bootMultiboot(vm: Vm, file: Uint8Array, options: BootOptions): BootResult | ImageFault {
  const header = findMultibootHeader(file)
  if (!header) return { message: 'there is no Multiboot header in the first 32 KiB' }
  const unknown = header.flags & 0xffff & ~7
  if (unknown !== 0) return { message: `the Multiboot header requires features 0x${unknown.toString(16)} that do not exist` }
  if (header.flags & 4) return { message: 'the kernel requires a graphics mode, which this machine does not have' }
  const program = multibootProgram(file, header)
  if (typeof program === 'string') return { message: program }
  const end = loadSegments(vm, program)
  if (typeof end !== 'number') return end
  installFirmwareTables(vm)
  const registers = writeMultibootInfo(vm, header.version, options.commandLine ?? '', options.modules ?? [], end)
  if (typeof registers === 'string') return { message: registers }
  const entry = physicalEntry(program)
  enterProtectedMode(vm, entry, registers)
  return { format: 'multiboot', entry }
}
