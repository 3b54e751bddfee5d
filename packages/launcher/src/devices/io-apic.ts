// The I/O APIC at FEC00000h: 24 inputs, each with a redirection entry that says which vector it raises. Follows the Intel 82093AA data sheet.
// One CPU: destinations are not looked at.
import type { Board, Device, DeviceState } from './device.ts'
import type { LocalApic } from './local-apic.ts'

export const ioApicAddress = 0xfec00000
const inputs = 24
/** Version 20h, as in QEMU, and the number of the last entry. */
const version = ((inputs - 1) << 16) | 0x20
const masked = 0x10000
const levelTriggered = 0x8000
const remoteRequest = 0x4000
/** Delivery status and remote IRR are read-only. */
const writable = 0x1afff

export class IoApic implements Device {
  readonly name = 'io-apic'
  readonly #local: LocalApic
  #index = 0
  #id = 0
  #low = new Uint32Array(inputs).fill(masked)
  #high = new Uint32Array(inputs)
  #lines = 0

  constructor(local: LocalApic) {
    this.#local = local
    local.onEndOfInterrupt = (vector) => this.#endOfInterrupt(vector)
  }

  attach({ mmio }: Board): void {
    mmio.on([ioApicAddress, ioApicAddress + 0xfff], {
      read: (address) => {
        const register = address - ioApicAddress
        return register === 0 ? this.#index : register === 0x10 ? this.#read() : 0
      },
      write: (address, value) => {
        const register = address - ioApicAddress
        if (register === 0) this.#index = value & 0xff
        else if (register === 0x10) this.#write(value >>> 0)
      },
    })
  }

  /** A device's line. */
  set(input: number, level: boolean): void {
    const bit = 1 << input
    const was = (this.#lines & bit) !== 0
    this.#lines = level ? this.#lines | bit : this.#lines & ~bit
    const entry = this.#low[input] as number
    if (level && (!was || entry & levelTriggered)) this.#deliver(input)
  }

  #deliver(input: number): void {
    const entry = this.#low[input] as number
    if (entry & masked) return
    if (entry & levelTriggered) {
      if (entry & remoteRequest) return
      this.#low[input] = entry | remoteRequest
    }
    this.#local.accept(entry & 0xff, (entry & levelTriggered) !== 0)
  }

  #endOfInterrupt(vector: number): void {
    for (let input = 0; input < inputs; input++) {
      const entry = this.#low[input] as number
      if ((entry & 0xff) !== vector || (entry & remoteRequest) === 0) continue
      this.#low[input] = entry & ~remoteRequest
      if ((this.#lines >> input) & 1) this.#deliver(input)
    }
  }

  #read(): number {
    const entry = (this.#index - 0x10) >> 1
    if (entry >= 0 && entry < inputs) return (this.#index & 1 ? this.#high : this.#low)[entry] as number
    return this.#index === 1 ? version : this.#index === 0 || this.#index === 2 ? this.#id : 0
  }

  #write(value: number): void {
    const input = (this.#index - 0x10) >> 1
    if (this.#index === 0) this.#id = value & 0x0f000000
    if (input < 0 || input >= inputs) return
    if (this.#index & 1) {
      this.#high[input] = value
      return
    }
    this.#low[input] = (value & writable) | ((this.#low[input] as number) & remoteRequest)
    if (value & levelTriggered && (this.#lines >> input) & 1) this.#deliver(input)
  }

  save(): DeviceState {
    return { index: this.#index, id: this.#id, low: [...this.#low], high: [...this.#high], lines: this.#lines }
  }

  restore(state: DeviceState): void {
    this.#index = state.index as number
    this.#id = state.id as number
    this.#low = Uint32Array.from(state.low as number[])
    this.#high = Uint32Array.from(state.high as number[])
    this.#lines = state.lines as number
  }
}
