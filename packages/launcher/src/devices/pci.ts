// The configuration space of a PC's PCI bus, by ports CF8h and CFCh ("mechanism #1"): what QEMU's pc machine has at the same places, as far as this machine
// has the devices; none of them has memory or ports to be placed. Follows the PCI Local Bus Specification 3.0 §3.2.2.3.2 and §6.1.
import type { Board, Device, DeviceState } from './device.ts'

interface Function {
  readonly device: number
  readonly function: number
  readonly vendor: number
  readonly id: number
  /** Class, subclass, programming interface, revision. */
  readonly kind: number
  readonly headerType?: number
  /** Subsystem's vendor and id. */
  readonly subsystem: number
}

const qemuSubsystem = 0x11001af4
const functions: readonly Function[] = [
  { device: 0, function: 0, vendor: 0x8086, id: 0x1237, kind: 0x06000002, subsystem: qemuSubsystem },
  { device: 1, function: 0, vendor: 0x8086, id: 0x7000, kind: 0x06010000, headerType: 0x80, subsystem: qemuSubsystem },
  { device: 1, function: 1, vendor: 0x8086, id: 0x7010, kind: 0x01018000, subsystem: qemuSubsystem },
  { device: 1, function: 3, vendor: 0x8086, id: 0x7113, kind: 0x06800003, subsystem: qemuSubsystem },
  { device: 2, function: 0, vendor: 0x1234, id: 0x1111, kind: 0x03000002, subsystem: qemuSubsystem },
]

export class Pci implements Device {
  readonly name = 'pci'
  #address = 0
  /** Command registers and interrupt lines that were written, by address. */
  #written = new Map<number, number>()

  attach({ io }: Board): void {
    io.on([0xcf8, 0xcfb], {
      in: (port) => this.#address >>> (8 * (port & 3)),
      out: (port, value, size) => {
        if (size === 4 && port === 0xcf8) this.#address = (value & 0x80fffffc) >>> 0
      },
    })
    io.on([0xcfc, 0xcff], {
      in: (port) => this.#read() >>> (8 * (port & 3)),
      out: (port, value, size) => this.#write(port & 3, value, size),
    })
  }

  get #function(): Function | undefined {
    const address = this.#address
    if (address < 0x80000000 || (address & 0xff0000) !== 0) return undefined
    return functions.find((one) => one.device === ((address >> 11) & 31) && one.function === ((address >> 8) & 7))
  }

  #read(): number {
    const found = this.#function
    if (!found) return 0xffffffff
    switch (this.#address & 0xfc) {
      case 0:
        return (found.vendor | (found.id << 16)) >>> 0
      case 4:
        return this.#written.get(this.#address) ?? 0
      case 8:
        return found.kind
      case 0x0c:
        return (found.headerType ?? 0) << 16
      case 0x2c:
        return found.subsystem
      default:
        return this.#written.get(this.#address) ?? 0
    }
  }

  #write(at: number, value: number, size: number): void {
    const register = this.#address & 0xfc
    // Command: I/O, memory, bus master. 3Ch: which line the system has given.
    const bits = register === 4 ? 0x0107 : register === 0x3c ? 0xff : 0
    if (!this.#function || bits === 0) return
    const mask = ((2 ** (8 * size) - 1) << (8 * at)) & bits
    const old = this.#written.get(this.#address) ?? 0
    this.#written.set(this.#address, (old & ~mask) | ((value << (8 * at)) & mask))
  }

  save(): DeviceState {
    return { address: this.#address, written: [...this.#written] }
  }

  restore(state: DeviceState): void {
    this.#address = state.address as number
    this.#written = new Map(state.written as [number, number][])
  }
}
