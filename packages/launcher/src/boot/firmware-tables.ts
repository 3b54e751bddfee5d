// What a PC's firmware tells kernels in memory: ACPI tables (RSDP, RSDT, FADT, DSDT, FACS, MADT) and the MultiProcessor table. Enters: a VM. Leaves: the
// tables in its memory: the pointers in the BIOS's 64 KiB, ACPI's in the reserved end of RAM. Follows the ACPI Specification 1.0b and 2.0 (§5.2) and the
// Intel MultiProcessor Specification 1.4 (ch. 4).
import { timerInput } from '../devices/apics.ts'
import { ioApicAddress } from '../devices/io-apic.ts'
import { localApicAddress } from '../devices/local-apic.ts'
import { powerManagementPorts } from '../devices/power-management.ts'
import type { Vm } from '../vm.ts'

const pointers = 0xf5a00
/** Tables name who made them. */
const maker = 'KRNLBX'

type Part = string | readonly [value: number, sizeInBytes: number]

function bytesOf(...parts: Part[]): number[] {
  return parts.flatMap((part) =>
    typeof part === 'string'
      ? [...part].map((character) => character.charCodeAt(0))
      : Array.from({ length: part[1] }, (_, index) => (index < 4 ? (part[0] >>> (8 * index)) & 0xff : 0)),
  )
}

/** Makes all bytes of a structure add up to nothing. */
function withChecksum(bytes: number[], at: number): number[] {
  bytes[at] = 0
  bytes[at] = -bytes.reduce((sum, byte) => sum + byte, 0) & 0xff
  return bytes
}

/** The header that every ACPI table has (§5.2.5). */
function table(signature: string, revision: number, body: number[]): number[] {
  const header = bytesOf(signature, [36 + body.length, 4], [revision, 1], [0, 1], maker, 'KERNLBOX', [1, 4], 'KBOX', [1, 4])
  return withChecksum([...header, ...body], 9)
}

// ACPI 1.0 (§5.2.5): the ports of QEMU's pc machine. SMI_CMD B2h takes F1h, "ACPI on".
function fixedTable(facs: number, dsdt: number): number[] {
  return table(
    'FACP',
    1,
    bytesOf(
      [facs, 4],
      [dsdt, 4],
      [0, 1],
      [0, 1],
      [9, 2],
      [0xb2, 4],
      [0xf1, 1],
      [0xf0, 1],
      [0, 2],
      [powerManagementPorts, 4], // PM1a event block
      [0, 4],
      [powerManagementPorts + 4, 4], // PM1a control block
      [0, 8],
      [powerManagementPorts + 8, 4], // PM timer
      [0, 8],
      [4, 1], // lengths of the blocks
      [2, 1],
      [0, 1],
      [4, 1],
      [0, 4],
      [0xfff, 2], // C2 and C3 are not there
      [0xfff, 2],
      [0, 8],
      [0, 1],
      [0, 1],
      [0x32, 1], // century in the CMOS
      [0, 3],
      [0x85, 4], // WBINVD, C1, no sleep button, RTC wakes
    ),
  )
}

/** `Name (_S5, Package () { 0, 0, 0, 0 })`: the state "off" is type 0 of the PM1 control register (AML, §16 of ACPI 1.0b). */
const differentiated = table('DSDT', 1, bytesOf([0x08, 1], '_S5_', [0x12, 1], [0x06, 1], [0x04, 1], [0, 4]))

const interruptSources = bytesOf([2, 1], [10, 1], [0, 1], [0, 1], [timerInput, 4], [0, 2])

function multipleApics(cpus: number): number[] {
  const locals = Array.from({ length: cpus }, (_, id) => bytesOf([0, 1], [8, 1], [id, 1], [id, 1], [1, 4])).flat()
  return table('APIC', 1, [
    ...bytesOf([localApicAddress, 4], [1, 4]),
    ...locals,
    ...bytesOf([1, 1], [12, 1], [0, 2], [ioApicAddress, 4], [0, 4]),
    ...interruptSources,
  ])
}

function processorTable(cpus: number): number[] {
  const entries: number[][] = []
  // Family 6; FPU and APIC. Bit 1 of the flags: the one that starts.
  for (let id = 0; id < cpus; id++) entries.push(bytesOf([0, 1], [id, 1], [0x14, 1], [id === 0 ? 3 : 1, 1], [0x600, 4], [0x201, 4], [0, 8]))
  entries.push(bytesOf([1, 1], [0, 1], 'ISA   '))
  entries.push(bytesOf([2, 1], [0, 1], [0x11, 1], [1, 1], [ioApicAddress, 4]))
  // Each line to the input of its number, but the timer; the 8259 hangs on LINT0, NMI on LINT1.
  for (let line = 0; line < 16; line++)
    if (line !== 2) entries.push(bytesOf([3, 1], [0, 1], [0, 2], [0, 1], [line, 1], [0, 1], [line === 0 ? timerInput : line, 1]))
  entries.push(bytesOf([4, 1], [3, 1], [0, 2], [0, 1], [0, 1], [0xff, 1], [0, 1]))
  entries.push(bytesOf([4, 1], [1, 1], [0, 2], [0, 1], [0, 1], [0xff, 1], [1, 1]))
  const body = entries.flat()
  const header = bytesOf(
    'PCMP',
    [44 + body.length, 2],
    [4, 1],
    [0, 1],
    'KERNLBOX',
    'PC          ',
    [0, 4],
    [0, 2],
    [entries.length, 2],
    [localApicAddress, 4],
    [0, 4],
  )
  return withChecksum([...header, ...body], 7)
}

/** Where usable memory above 1 MiB ends: the last 128 KiB are the firmware's, as with SeaBIOS, but of a memory below 2 MiB. */
export function topOfMemory(sizeInBytes: number): number {
  return sizeInBytes < 0x200000 ? sizeInBytes : sizeInBytes - 0x20000
}

/** Writes the tables; none where no memory is reserved for them. */
export function installFirmwareTables(vm: Vm): void {
  const { sizeInBytes } = vm.memory
  let next = topOfMemory(sizeInBytes)
  if (next === sizeInBytes) return
  const cpus = vm.cpus.length
  const put = (bytes: number[], alignment = 16): number => {
    const at = Math.ceil(next / alignment) * alignment
    vm.memory.write(at, Uint8Array.from(bytes))
    next = at + bytes.length
    return at
  }
  const facs = put(bytesOf('FACS', [64, 4], [0, 56]), 64)
  const dsdt = put(differentiated)
  const tables = [put(fixedTable(facs, dsdt)), put(multipleApics(cpus))]
  const root = put(
    table(
      'RSDT',
      1,
      tables.flatMap((address) => bytesOf([address, 4])),
    ),
  )
  const rootPointer = withChecksum(bytesOf('RSD PTR ', [0, 1], maker, [0, 1], [root, 4]), 8)
  const processors = processorTable(cpus)
  const processorsAt = pointers + 0x40
  const processorPointer = withChecksum(bytesOf('_MP_', [processorsAt, 4], [1, 1], [4, 1], [0, 1], [0, 5]), 10)
  vm.memory.write(pointers, Uint8Array.from(rootPointer))
  vm.memory.write(pointers + 0x20, Uint8Array.from(processorPointer))
  vm.memory.write(processorsAt, Uint8Array.from(processors))
}
