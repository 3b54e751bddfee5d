// An ATA controller with up to two hard disks in PIO mode: the PC's primary channel, ports 1F0h to 1F7h and 3F6h, IRQ 14.
// Follows ATA/ATAPI-4 (T13/1153D), clauses 7 (registers), 8 (commands) and 9.5 (PIO protocols). Transfers are done at once; there is no DMA.
import { type Board, type Device, type DeviceState, type IrqLine } from './device.ts'
import { type DiskImage, sectorSize } from './disk-image.ts'

const statusError = 0x01
const statusDataRequest = 0x08
const statusSeekComplete = 0x10
const statusReady = 0x40
const errorAborted = 0x04
const errorNotFound = 0x10
const controlNoInterrupt = 0x02
const controlReset = 0x04
const driveBit = 0x10
const lbaBit = 0x40

/** The drive's own geometry; the BIOS's may be a translation. */
const headsOfDrive = 16
const sectorsOfTrack = 63

const firstPort = 0x1f0
const controlPort = 0x3f6

export class Ata implements Device {
  readonly name = 'ata'
  readonly #drives: readonly (DiskImage | undefined)[]
  #irq: IrqLine | undefined
  // Task file.
  #error = 1
  #feature = 0
  #count = 1
  #sector = 1
  #cylinderLow = 0
  #cylinderHigh = 0
  #deviceHead = 0
  #status = statusReady | statusSeekComplete
  #control = 0
  #sectorsPerBlock = 1
  // The sector buffer of a transfer that is under way.
  #buffer: Uint8Array = new Uint8Array(0)
  #at = 0
  #isWrite = false
  #lba = 0
  #left = 0

  /** @param disks at most the first two hard disks are used: master and slave */
  constructor(disks: readonly DiskImage[]) {
    const hardDisks = disks.filter((disk) => disk.isHardDisk)
    this.#drives = [hardDisks[0], hardDisks[1]]
  }

  attach(board: Board): void {
    this.#irq = board.irq(14)
    board.io.on(firstPort, { in: (_port, size) => this.#readData(size), out: (_port, value, size) => this.#writeData(value, size) })
    board.io.on([firstPort + 1, firstPort + 7], {
      in: (port) => this.#readRegister(port - firstPort),
      out: (port, value) => this.#writeRegister(port - firstPort, value & 0xff),
    })
    board.io.on(controlPort, { in: () => this.#visibleStatus(), out: (_port, value) => this.#writeControl(value & 0xff) })
  }

  get #disk(): DiskImage | undefined {
    return this.#drives[this.#deviceHead & driveBit ? 1 : 0]
  }

  /** A channel without the chosen drive reads as 0; one without any drive as an empty bus. */
  #visibleStatus(): number {
    if (!this.#drives[0] && !this.#drives[1]) return 0xff
    return this.#disk ? this.#status : 0
  }

  #readRegister(register: number): number {
    if (!this.#drives[0] && !this.#drives[1]) return 0xff
    switch (register) {
      case 1:
        return this.#error
      case 2:
        return this.#count
      case 3:
        return this.#sector
      case 4:
        return this.#cylinderLow
      case 5:
        return this.#cylinderHigh
      case 6:
        return this.#deviceHead | 0xa0
      default:
        // Reading the status takes the interrupt back; the alternate status at 3F6h does not.
        this.#irq?.set(false)
        return this.#visibleStatus()
    }
  }

  #writeRegister(register: number, value: number): void {
    switch (register) {
      case 1:
        this.#feature = value
        return
      case 2:
        this.#count = value
        return
      case 3:
        this.#sector = value
        return
      case 4:
        this.#cylinderLow = value
        return
      case 5:
        this.#cylinderHigh = value
        return
      case 6:
        this.#deviceHead = value
        return
      default:
        this.#command(value)
    }
  }

  #writeControl(value: number): void {
    if (this.#control & controlReset && !(value & controlReset)) this.#reset()
    this.#control = value
    if (value & controlNoInterrupt) this.#irq?.set(false)
  }

  /** The signature of an ATA device (clause 9.1). */
  #reset(): void {
    this.#error = 1
    this.#count = 1
    this.#sector = 1
    this.#cylinderLow = 0
    this.#cylinderHigh = 0
    this.#deviceHead = 0
    this.#finish()
  }

  #interrupt(): void {
    if (!(this.#control & controlNoInterrupt)) this.#irq?.set(true)
  }

  #finish(): void {
    this.#status = statusReady | statusSeekComplete
    this.#buffer = new Uint8Array(0)
    this.#at = 0
    this.#left = 0
  }

  #fail(error: number): void {
    this.#finish()
    this.#error = error
    this.#status |= statusError
    this.#interrupt()
  }

  #command(command: number): void {
    const disk = this.#disk
    if (!disk) return
    this.#irq?.set(false)
    this.#error = 0
    switch (command) {
      case 0x20:
      case 0x21:
      case 0xc4:
        this.#begin(disk, false)
        return
      case 0x30:
      case 0x31:
      case 0xc5:
        this.#begin(disk, true)
        return
      case 0x40:
      case 0x41:
        if (this.#address(disk) === undefined) this.#fail(errorNotFound)
        else this.#succeed()
        return
      case 0xc6:
        this.#sectorsPerBlock = this.#count
        this.#succeed()
        return
      case 0xec:
        this.#buffer = identity(disk, this.#sectorsPerBlock)
        this.#at = 0
        this.#left = 0
        this.#isWrite = false
        this.#status = statusReady | statusSeekComplete | statusDataRequest
        this.#interrupt()
        return
      case 0x90:
        this.#error = 1
        this.#succeed()
        return
      // Recalibrate, seek, device parameters, power, flush: nothing to do. Features: only the transfer modes mean something.
      case 0x10:
      case 0x70:
      case 0x91:
      case 0xe0:
      case 0xe1:
      case 0xe7:
      case 0xea:
      case 0xef:
        this.#succeed()
        return
      case 0xe5:
        this.#count = 0xff
        this.#succeed()
        return
      default:
        this.#fail(errorAborted)
    }
  }

  #succeed(): void {
    this.#finish()
    this.#interrupt()
  }

  /** The first sector that the task file names, where all of them are on the disk. */
  #address(disk: DiskImage): number | undefined {
    const count = this.#count === 0 ? 256 : this.#count
    const head = this.#deviceHead & 15
    const cylinder = this.#cylinderLow | (this.#cylinderHigh << 8)
    const lba =
      this.#deviceHead & lbaBit
        ? this.#sector | (cylinder << 8) | (head << 24)
        : (cylinder * headsOfDrive + head) * sectorsOfTrack + this.#sector - 1
    return lba < 0 || lba + count > disk.sectors ? undefined : lba
  }

  #begin(disk: DiskImage, isWrite: boolean): void {
    const lba = this.#address(disk)
    if (lba === undefined) {
      this.#fail(errorNotFound)
      return
    }
    this.#lba = lba
    this.#left = this.#count === 0 ? 256 : this.#count
    this.#isWrite = isWrite
    this.#nextSector(disk)
    // A write asks for data without an interrupt first.
    if (!isWrite) this.#interrupt()
  }

  #nextSector(disk: DiskImage): void {
    this.#buffer = disk.bytes.subarray(this.#lba * sectorSize, (this.#lba + 1) * sectorSize)
    this.#at = 0
    this.#lba++
    this.#left--
    this.#status = statusReady | statusSeekComplete | statusDataRequest
  }

  #readData(size: number): number {
    if (this.#isWrite || this.#at >= this.#buffer.length) return 0
    let value = 0
    for (let i = 0; i < size; i++) value += (this.#buffer[this.#at++] ?? 0) * 2 ** (8 * i)
    this.#advance()
    return value
  }

  #writeData(value: number, size: number): void {
    if (!this.#isWrite || this.#at >= this.#buffer.length) return
    for (let i = 0; i < size && this.#at < this.#buffer.length; i++) this.#buffer[this.#at++] = (value >>> (8 * i)) & 0xff
    this.#advance()
  }

  // The buffer is through: the next sector, or the end.
  #advance(): void {
    if (this.#at < this.#buffer.length) return
    const disk = this.#disk
    if (this.#left > 0 && disk) {
      this.#nextSector(disk)
      this.#interrupt()
      return
    }
    const wasWrite = this.#isWrite
    this.#finish()
    if (wasWrite) this.#interrupt()
  }

  save(): DeviceState {
    return {
      taskFile: [
        this.#error,
        this.#feature,
        this.#count,
        this.#sector,
        this.#cylinderLow,
        this.#cylinderHigh,
        this.#deviceHead,
        this.#status,
      ],
      control: this.#control,
      sectorsPerBlock: this.#sectorsPerBlock,
      buffer: [...this.#buffer],
      at: this.#at,
      isWrite: this.#isWrite,
      lba: this.#lba,
      left: this.#left,
    }
  }

  restore(state: DeviceState): void {
    const file = state.taskFile as number[]
    ;[this.#error, this.#feature, this.#count, this.#sector, this.#cylinderLow, this.#cylinderHigh, this.#deviceHead, this.#status] =
      file as [number, number, number, number, number, number, number, number]
    this.#control = state.control as number
    this.#sectorsPerBlock = state.sectorsPerBlock as number
    this.#isWrite = state.isWrite as boolean
    this.#at = state.at as number
    this.#lba = state.lba as number
    this.#left = state.left as number
    const disk = this.#disk
    // A write goes on into the image itself.
    this.#buffer =
      this.#isWrite && disk
        ? disk.bytes.subarray((this.#lba - 1) * sectorSize, this.#lba * sectorSize)
        : Uint8Array.from(state.buffer as number[])
  }
}

/** IDENTIFY DEVICE (clause 8.12): words, text with its characters swapped. */
function identity(disk: DiskImage, sectorsPerBlock: number): Uint8Array {
  const bytes = new Uint8Array(sectorSize)
  const words = new DataView(bytes.buffer)
  const word = (index: number, value: number) => words.setUint16(index * 2, value & 0xffff, true)
  const text = (index: number, length: number, value: string) => {
    const padded = value.padEnd(length)
    for (let i = 0; i < length; i++) bytes[index * 2 + (i ^ 1)] = padded.charCodeAt(i)
  }
  const cylinders = Math.min(16_383, Math.max(2, Math.floor(disk.sectors / (headsOfDrive * sectorsOfTrack))))
  word(0, 0x0040)
  word(1, cylinders)
  word(3, headsOfDrive)
  word(6, sectorsOfTrack)
  text(10, 20, `KB${String(disk.drive - 0x7f).padStart(5, '0')}`)
  text(23, 8, '1')
  text(27, 40, 'KERNELBOX HARDDISK')
  word(47, 0x8010)
  word(49, 0x0200)
  word(53, 0x0001)
  word(54, cylinders)
  word(55, headsOfDrive)
  word(56, sectorsOfTrack)
  words.setUint32(57 * 2, cylinders * headsOfDrive * sectorsOfTrack, true)
  word(59, 0x0100 | sectorsPerBlock)
  words.setUint32(60 * 2, Math.min(disk.sectors, 0x0fff_ffff), true)
  word(80, 0x001e)
  return bytes
}
