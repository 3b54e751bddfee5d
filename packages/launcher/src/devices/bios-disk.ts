// The disk behind our BIOS's int 13h: not a PC's controller, but ports that copy sectors at once. Enters: an image in memory.
//   5D0h dword LBA   5D4h dword guest address   5D8h word sectors   5DCh byte: write 1 read, 2 write; read: status, 0 good
//   5DDh byte boot drive (DL)   5E0h dword sectors of the disk
import type { Board, Device, DeviceState } from './device.ts'

const sectorSize = 512
const firstPort = 0x5d0
const lastPort = 0x5e3
/** Status as int 13h gives it: 04h sector not found, 09h beyond the memory. */
const sectorNotFound = 4
const badAddress = 9

/** 360 KB to 2.88 MB. */
const floppySizes = [368_640, 737_280, 1_228_800, 1_474_560, 2_949_120]

export class BiosDisk implements Device {
  readonly name = 'bios-disk'
  /** The image; what the guest writes changes it, not the file that it came from. */
  readonly image: Uint8Array
  readonly drive: number
  readonly #sectors: number
  #lba = 0
  #address = 0
  #count = 0
  #status = 0

  /** @param drive what the BIOS hands to the boot sector in DL; by default a floppy for images of a floppy's size, a hard disk else */
  constructor(image: Uint8Array, drive = floppySizes.includes(image.length) ? 0 : 0x80) {
    this.#sectors = Math.ceil(image.length / sectorSize)
    this.image = new Uint8Array(this.#sectors * sectorSize)
    this.image.set(image)
    this.drive = drive
  }

  attach(board: Board): void {
    board.io.on([firstPort, lastPort], {
      in: (port) => {
        switch (port - firstPort) {
          case 0xc:
            return this.#status
          case 0xd:
            return this.drive
          case 0x10:
            return this.#sectors
          default:
            return 0
        }
      },
      out: (port, value) => {
        switch (port - firstPort) {
          case 0:
            this.#lba = value
            return
          case 4:
            this.#address = value
            return
          case 8:
            this.#count = value & 0xffff
            return
          case 0xc:
            this.#status = this.#transfer(board, value)
            return
          default:
        }
      },
    })
  }

  #transfer(board: Board, command: number): number {
    const size = this.#count * sectorSize
    if (this.#lba + this.#count > this.#sectors) return sectorNotFound
    if (this.#address + size > board.memorySizeInBytes) return badAddress
    const sectors = this.image.subarray(this.#lba * sectorSize, this.#lba * sectorSize + size)
    if (command === 1) board.writeMemory(this.#address, sectors)
    else if (command === 2) sectors.set(board.memoryView(this.#address, size))
    else return 1
    return 0
  }

  save(): DeviceState {
    return { lba: this.#lba, address: this.#address, count: this.#count, status: this.#status }
  }

  restore(state: DeviceState): void {
    this.#lba = state.lba as number
    this.#address = state.address as number
    this.#count = state.count as number
    this.#status = state.status as number
  }
}
