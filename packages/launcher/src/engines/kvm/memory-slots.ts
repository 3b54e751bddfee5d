// Guest physical memory as KVM's slots: RAM from address 0, mappings over or beside it, and the address line A20. Enters: mappings. Leaves: the
// slots that must change (KVM_SET_USER_MEMORY_REGION; slots may not overlap, so RAM is cut around what lies over it).
import { type KvmVm, memoryFlags } from '@kernelbox/kvm'
import type { MappedMemory, MemorySource } from '../engine.ts'

const mebibyte = 1 << 20
/** A closed A20 line is modelled below 16 MiB, the reach of the PC/AT's 24 address lines; who closes it does it for memory at 1 MiB. */
const reachOfA20 = 16 * mebibyte

interface Mapping {
  readonly address: number
  readonly bytes: Uint8Array
  readonly readOnly: boolean
}

const endOf = ({ address, bytes }: Mapping) => address + bytes.length

/** A part of a mapping. */
function part(mapping: Mapping, address: number, end: number): Mapping {
  return { ...mapping, address, bytes: mapping.bytes.subarray(address - mapping.address, end - mapping.address) }
}

/** `lower` without what `upper` covers. */
function around(lower: readonly Mapping[], upper: Mapping): Mapping[] {
  return lower.flatMap((mapping) => {
    if (endOf(upper) <= mapping.address || upper.address >= endOf(mapping)) return [mapping]
    const pieces: Mapping[] = []
    if (mapping.address < upper.address) pieces.push(part(mapping, mapping.address, upper.address))
    if (endOf(upper) < endOf(mapping)) pieces.push(part(mapping, endOf(upper), endOf(mapping)))
    return pieces
  })
}

const isSame = (a: Mapping, b: Mapping) =>
  a.address === b.address &&
  a.readOnly === b.readOnly &&
  a.bytes.length === b.bytes.length &&
  a.bytes.byteOffset === b.bytes.byteOffset &&
  a.bytes.buffer === b.bytes.buffer

export class MemorySlots {
  readonly #vm: KvmVm
  readonly #ram: Uint8Array
  readonly #mappings: Mapping[] = []
  readonly #slots: (Mapping | undefined)[] = []
  #a20IsOpen = true

  constructor(vm: KvmVm, ram: Uint8Array) {
    this.#vm = vm
    this.#ram = ram
    this.#update()
  }

  /** Later mappings lie over earlier ones. Throws KvmError where KVM has no slot for it. */
  map(address: number, source: MemorySource, readOnly: boolean): MappedMemory {
    const bytes =
      source.kind === 'new'
        ? this.#vm.allocateMemory(source.sizeInBytes)
        : this.#ram.subarray(source.address, source.address + source.sizeInBytes)
    const mapping = { address, bytes, readOnly }
    this.#mappings.push(mapping)
    const unmap = () => {
      const index = this.#mappings.indexOf(mapping)
      if (index < 0) return
      this.#mappings.splice(index, 1)
      this.#update()
    }
    try {
      this.#update()
    } catch (error) {
      unmap()
      throw error
    }
    return { bytes, unmap }
  }

  setA20(isOpen: boolean): void {
    if (isOpen === this.#a20IsOpen) return
    this.#a20IsOpen = isOpen
    this.#update()
  }

  #wanted(): Mapping[] {
    let wanted: Mapping[] = [{ address: 0, bytes: this.#ram, readOnly: false }]
    for (const mapping of this.#mappings) wanted = [...around(wanted, mapping), mapping]
    return this.#a20IsOpen ? wanted : withoutA20(wanted)
  }

  // Slots go before others come: they may not overlap.
  #update(): void {
    const wanted = this.#wanted()
    const nothing = this.#ram.subarray(0, 0)
    for (const [index, slot] of this.#slots.entries()) {
      if (!slot || wanted.some((mapping) => isSame(mapping, slot))) continue
      this.#vm.setMemoryRegion(index, slot.address, nothing)
      this.#slots[index] = undefined
    }
    for (const mapping of wanted) {
      if (this.#slots.some((slot) => slot && isSame(slot, mapping))) continue
      const free = this.#slots.indexOf(undefined)
      const index = free < 0 ? this.#slots.length : free
      this.#vm.setMemoryRegion(index, mapping.address, mapping.bytes, mapping.readOnly ? memoryFlags.readOnly : 0)
      this.#slots[index] = mapping
    }
  }
}

/** Each odd MiB shows the even one below it. */
function withoutA20(mappings: readonly Mapping[]): Mapping[] {
  const cut = (from: number, to: number) =>
    mappings.flatMap((mapping) => {
      const address = Math.max(from, mapping.address)
      const end = Math.min(to, endOf(mapping))
      return address < end ? [part(mapping, address, end)] : []
    })
  const shown: Mapping[] = []
  for (let base = 0; base < reachOfA20; base += 2 * mebibyte) {
    const even = cut(base, base + mebibyte)
    shown.push(...even, ...even.map((mapping) => ({ ...mapping, address: mapping.address + mebibyte })))
  }
  return [...shown, ...cut(reachOfA20, Number.POSITIVE_INFINITY)]
}
