// Our BIOS in a machine: its image in the last 64 KiB of the first MiB, its disks behind int 13h. Enters: a VM with the devices of a PC.
// Leaves: a CPU at the reset vector; the BIOS reads the first sector to 0000:7C00 and jumps to it.
import { Ata } from '../devices/ata.ts'
import { BiosDisk } from '../devices/bios-disk.ts'
import type { DiskImage } from '../devices/disk-image.ts'
import { installFirmwareTables } from '../boot/firmware-tables.ts'
import type { Vm } from '../vm.ts'
import { biosPieces } from './bios-image.ts'

const biosAddress = 0xf0000
const biosSize = 0x10000

/** The 64 KiB of the BIOS. */
export function biosImage(): Uint8Array {
  const image = new Uint8Array(biosSize)
  for (const [offset, base64] of biosPieces) image.set(decode(base64), offset)
  return image
}

/** Loads the BIOS and gives it disks; it boots from the first. Needs the devices of `attachPc`. Hard disks get an ATA controller too. */
export function installBios(vm: Vm, disks: readonly DiskImage[]): void {
  vm.load(biosImage(), biosAddress)
  installFirmwareTables(vm)
  vm.attach(new BiosDisk(disks), new Ata(disks))
}

function decode(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}
