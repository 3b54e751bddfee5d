// The disks behind our BIOS's int 13h: not a PC's controller, but ports that copy sectors at once. Enters: images in memory.
//   5D0h dword LBA      5D4h dword guest address   5D8h word sectors   5DCh byte: write 1 read, 2 write; read: status, 0 good
//   5DDh byte boot drive (DL)   5DEh byte: chooses a drive   5DFh byte: drives of that kind
//   5E0h dword sectors of the drive, 0 for none   5E4h dword cylinders, heads << 16, sectors a track << 24   5E8h byte floppy type
import type { Board, Device, DeviceState } from './device.ts'
import { type DiskImage, sectorSize } from './disk-image.ts'

const firstPort = 0x5d0
const lastPort = 0x5e8
/** Status as int 13h gives it: 04h sector not found, 09h beyond the memory. */
const badCommand = 1
const sectorNotFound = 4
const badAddress = 9

export class BiosDisk implements Device {
  readonly name = 'bios-disk'
  readonly disks: readonly DiskImage[]
  readonly bootDrive: number
  #chosen = 0
  #lba = 0
  #address = 0
  #count = 0
  #status = 0

  /** The machine boots from the first disk. */
  constructor(disks: readonly DiskImage[]) {
    this.disks = disks
    this.bootDrive = disks[0]?.drive ?? 0
  }

  attach(board: Board): void {
    board.io.on([firstPort, lastPort], {
      in: (port) => this.#read(port - firstPort),
      out: (port, value) => this.#write(board, port - firstPort, value),
    })
  }

  get #disk(): DiskImage | undefined {
    return this.disks.find(({ drive }) => drive === this.#chosen)
  }

  #read(register: number): number {
    const disk = this.#disk
    switch (register) {
      case 0xc:
        return this.#status
      case 0xd:
        return this.bootDrive
      case 0xf:
        return this.disks.filter(({ drive }) => (drive & 0x80) === (this.#chosen & 0x80)).length
      case 0x10:
        return disk?.sectors ?? 0
      case 0x14:
        return disk ? disk.geometry.cylinders | (disk.geometry.heads << 16) | (disk.geometry.sectorsPerTrack << 24) : 0
      case 0x18:
        return disk?.floppyType ?? 0
      default:
        return 0
    }
  }

  #write(board: Board, register: number, value: number): void {
    switch (register) {
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
      case 0xe:
        this.#chosen = value & 0xff
        return
      default:
    }
  }

  #transfer(board: Board, command: number): number {
    const disk = this.#disk
    const size = this.#count * sectorSize
    if (!disk || this.#lba + this.#count > disk.sectors) return sectorNotFound
    if (this.#address + size > board.memorySizeInBytes) return badAddress
    const sectors = disk.bytes.subarray(this.#lba * sectorSize, this.#lba * sectorSize + size)
    if (command === 1) board.writeMemory(this.#address, sectors)
    else if (command === 2) sectors.set(board.memoryView(this.#address, size))
    else return badCommand
    return 0
  }

  save(): DeviceState {
    return { chosen: this.#chosen, lba: this.#lba, address: this.#address, count: this.#count, status: this.#status }
  }

  restore(state: DeviceState): void {
    this.#chosen = state.chosen as number
    this.#lba = state.lba as number
    this.#address = state.address as number
    this.#count = state.count as number
    this.#status = state.status as number
  }
}
