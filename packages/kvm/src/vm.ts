// A virtual machine: memory slots, interrupt controllers, coalesced ports. Follows Documentation/virt/kvm/api.rst §4.
import { loadBinding } from './binding.ts'
import { checked } from './errors.ts'
import { KvmVcpu } from './vcpu.ts'

export const memoryFlags = { logDirtyPages: 1, readOnly: 2 } as const

export class KvmVm {
  readonly fd: number
  readonly #runSizeInBytes: number
  readonly #coalescedPage: number
  readonly #memories = new Set<ArrayBuffer>()
  readonly #vcpus: KvmVcpu[] = []
  #closed = false

  constructor(fd: number, runSizeInBytes: number, coalescedPage: number) {
    this.fd = fd
    this.#runSizeInBytes = runSizeInBytes
    this.#coalescedPage = coalescedPage
  }

  /** Page-aligned host memory for a slot, freed by {@link close}. */
  allocateMemory(sizeInBytes: number): Uint8Array<ArrayBuffer> {
    const memory = loadBinding().mapMemory(sizeInBytes)
    if (typeof memory === 'number') {
      checked(memory, 'mmap of guest memory')
      throw new Error('unreachable')
    }
    this.#memories.add(memory)
    return new Uint8Array(memory)
  }

  /** KVM_SET_USER_MEMORY_REGION; an empty array removes the slot. Address and size are multiples of 4096. */
  setMemoryRegion(slot: number, guestPhysicalAddress: number, memory: Uint8Array, flags = 0): void {
    checked(loadBinding().setUserMemoryRegion(this.fd, slot, flags, guestPhysicalAddress, memory), 'KVM_SET_USER_MEMORY_REGION')
  }

  /** KVM_SET_TSS_ADDR: three pages that Intel's real mode needs; they must not overlap a slot. */
  setTssAddress(guestPhysicalAddress: number): void {
    checked(loadBinding().setTssAddr(this.fd, guestPhysicalAddress), 'KVM_SET_TSS_ADDR')
  }

  /** KVM_SET_IDENTITY_MAP_ADDR: one page for Intel's real mode without unrestricted guest. */
  setIdentityMapAddress(guestPhysicalAddress: number): void {
    checked(loadBinding().setIdentityMapAddr(this.fd, new BigUint64Array([BigInt(guestPhysicalAddress)])), 'KVM_SET_IDENTITY_MAP_ADDR')
  }

  /** KVM_CREATE_IRQCHIP: two 8259, an I/O APIC and a local APIC a vCPU, in the kernel. Before the first vCPU. */
  createIrqchip(): void {
    checked(loadBinding().createIrqchip(this.fd), 'KVM_CREATE_IRQCHIP')
  }

  /** KVM_CREATE_PIT2: an 8254 in the kernel. After the irqchip. */
  createPit2(): void {
    checked(loadBinding().createPit2(this.fd, new Uint8Array(64)), 'KVM_CREATE_PIT2')
  }

  /** KVM_IRQ_LINE: sets the level of an input of the in-kernel irqchip. */
  setIrqLine(irq: number, level: boolean): void {
    checked(loadBinding().irqLine(this.fd, new Uint32Array([irq, level ? 1 : 0])), 'KVM_IRQ_LINE')
  }

  /** KVM_REGISTER_COALESCED_MMIO with pio: writes to these ports gather in a ring and cause no exit until it is full. */
  registerCoalescedPort(port: number, size = 1): void {
    checked(loadBinding().registerCoalesced(this.fd, coalescedZone(port, size)), 'KVM_REGISTER_COALESCED_MMIO')
  }
  unregisterCoalescedPort(port: number, size = 1): void {
    checked(loadBinding().unregisterCoalesced(this.fd, coalescedZone(port, size)), 'KVM_UNREGISTER_COALESCED_MMIO')
  }

  /** KVM_CREATE_VCPU. */
  createVcpu(id: number): KvmVcpu {
    const fd = checked(loadBinding().createVcpu(this.fd, id), 'KVM_CREATE_VCPU')
    const vcpu = new KvmVcpu(fd, id, this.#runSizeInBytes, this.#coalescedPage)
    this.#vcpus.push(vcpu)
    return vcpu
  }

  /** KVM_CHECK_EXTENSION on the VM. */
  checkExtension(capability: number): number {
    return loadBinding().checkExtension(this.fd, capability)
  }

  /** KVM_GET_STATS_FD; the caller closes it. */
  getStatsFd(): number {
    return checked(loadBinding().getStatsFd(this.fd), 'KVM_GET_STATS_FD')
  }

  /** Closes the vCPUs and the machine and unmaps its memory: its arrays are empty afterwards. */
  close(): void {
    if (this.#closed) return
    for (const vcpu of this.#vcpus) vcpu.close()
    this.#closed = true
    const binding = loadBinding()
    binding.close(this.fd)
    for (const memory of this.#memories) binding.unmapMemory(memory)
    this.#memories.clear()
  }
}

/** struct kvm_coalesced_mmio_zone: addr, size, pio. */
function coalescedZone(port: number, size: number): Uint8Array {
  const zone = new Uint8Array(16)
  const view = new DataView(zone.buffer)
  view.setBigUint64(0, BigInt(port), true)
  view.setUint32(8, size, true)
  view.setUint32(12, 1, true)
  return zone
}
