// Guest memory as v86 holds it: by guest physical and by linear addresses. Enters: v86's CPU. Leaves: views, and values. The memory lies in
// WebAssembly's, whose buffer is another one after it grew (v86's JIT takes memory): views are asked for anew each time.
import type { Translation } from '../../vcpu.ts'
import type { LinearMemory } from '../interrupt-delivery.ts'
import { walkPages } from './page-walk.ts'
import type { V86Cpu } from './v86-types.ts'

const longestInstruction = 15

export class V86Memory implements LinearMemory {
  readonly sizeInBytes: number
  readonly #cpu: V86Cpu
  readonly #offset: number
  #bytes = new Uint8Array(0)
  #words = new DataView(new ArrayBuffer(0))

  constructor(cpu: V86Cpu) {
    this.#cpu = cpu
    this.#offset = cpu.mem8.byteOffset
    this.sizeInBytes = cpu.mem8.length
  }

  get bytes(): Uint8Array {
    if (this.#bytes.buffer !== this.#cpu.wasm_memory.buffer) this.#renew()
    return this.#bytes
  }

  get words(): DataView {
    if (this.#words.buffer !== this.#cpu.wasm_memory.buffer) this.#renew()
    return this.#words
  }

  #renew(): void {
    const { buffer } = this.#cpu.wasm_memory
    this.#bytes = new Uint8Array(buffer, this.#offset, this.sizeInBytes)
    this.#words = new DataView(buffer, this.#offset, this.sizeInBytes)
  }

  /** By the guest's page tables. */
  translate(linear: number): Translation | undefined {
    const { cr } = this.#cpu
    const tables = { cr0: cr[0] as number, cr3: cr[3] as number, cr4: cr[4] as number }
    return walkPages(tables, linear >>> 0, (address) =>
      (address >>> 0) + 4 <= this.sizeInBytes ? this.words.getInt32(address >>> 0, true) : undefined,
    )
  }

  /** A value never crosses a page where it is aligned. */
  read(linear: number, size: 2 | 4 | 8): bigint | undefined {
    const at = this.#physical(linear, size)
    if (at === undefined) return undefined
    const { words } = this
    return size === 8 ? words.getBigUint64(at, true) : BigInt(size === 4 ? words.getUint32(at, true) : words.getUint16(at, true))
  }

  write(linear: number, value: bigint, size: 4 | 8): boolean {
    const at = this.#physical(linear, size)
    if (at === undefined) return false
    if (size === 8) this.words.setBigUint64(at, value, true)
    else this.words.setUint32(at, Number(value & 0xffffffffn), true)
    this.#cpu.jit_dirty_cache(at, at + size)
    return true
  }

  /** As many bytes as an instruction may have; fewer where memory ends. */
  instructionAt(linear: number): number[] {
    const instruction: number[] = []
    for (let at = linear; at < linear + longestInstruction; at++) {
      const physical = this.#physical(at >>> 0, 1)
      if (physical === undefined) break
      instruction.push(this.bytes[physical] as number)
    }
    return instruction
  }

  #physical(linear: number, size: number): number | undefined {
    const found = this.translate(linear)
    const address = found && Number(found.physicalAddress)
    return address === undefined || address + size > this.sizeInBytes ? undefined : address
  }
}
