// /dev/kvm itself: what the kernel can do, and new machines. Follows Documentation/virt/kvm/api.rst §4.1 to §4.4.
import { loadBinding } from './binding.ts'
import { checked } from './errors.ts'
import { KvmVm } from './vm.ts'

/** KVM_CAP_* numbers that the launcher asks for. */
export const capability = {
  irqchip: 0,
  userMemory: 3,
  setTssAddress: 4,
  extendedCpuid: 7,
  nrVcpus: 9,
  nrMemorySlots: 10,
  mpState: 14,
  coalescedMmio: 15,
  syncMmu: 16,
  pit2: 33,
  vcpuEvents: 41,
  setGuestDebug: 23,
  debugRegs: 50,
  maxVcpus: 66,
  readOnlyMemory: 81,
  immediateExit: 136,
  coalescedPio: 162,
  binaryStats: 203,
} as const

export class Kvm {
  readonly fd: number
  #closed = false

  /** Opens the device. Throws KvmError with code ENOENT, EACCES, … and UnsupportedPlatformError off Linux x86-64. */
  constructor(path = '/dev/kvm') {
    const binding = loadBinding()
    this.fd = checked(binding.open(path), `open ${path}`)
    const version = binding.getApiVersion(this.fd)
    if (version !== 12) {
      binding.close(this.fd)
      checked(version, 'KVM_GET_API_VERSION')
      throw new Error(`KVM API version ${version}; 12 is the only one that programs should accept`)
    }
  }

  /** KVM_CHECK_EXTENSION. */
  checkExtension(number: number): number {
    return loadBinding().checkExtension(this.fd, number)
  }

  /** KVM_CREATE_VM. */
  createVm(): KvmVm {
    const binding = loadBinding()
    const runSize = checked(binding.getVcpuMmapSize(this.fd), 'KVM_GET_VCPU_MMAP_SIZE')
    const fd = checked(binding.createVm(this.fd, 0), 'KVM_CREATE_VM')
    // The capability's value is the page of the ring in the kvm_run area.
    return new KvmVm(fd, runSize, Math.max(0, binding.checkExtension(this.fd, capability.coalescedMmio)))
  }

  /** KVM_GET_SUPPORTED_CPUID: struct kvm_cpuid2 with its entries, as KVM_SET_CPUID2 takes it. */
  getSupportedCpuid(): Uint8Array {
    const most = 256
    const structure = new Uint8Array(8 + most * 40)
    const view = new DataView(structure.buffer)
    view.setUint32(0, most, true)
    checked(loadBinding().getSupportedCpuid(this.fd, structure), 'KVM_GET_SUPPORTED_CPUID')
    return structure.slice(0, 8 + view.getUint32(0, true) * 40)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    loadBinding().close(this.fd)
  }
}

/** pread(2) on a descriptor of KVM_GET_STATS_FD. */
export function readStats(fd: number, into: Uint8Array, offsetInBytes: number): number {
  return checked(loadBinding().readAt(fd, into, offsetInBytes), 'read of KVM statistics')
}

/** close(2) for descriptors that this package handed out. */
export function closeDescriptor(fd: number): void {
  loadBinding().close(fd)
}
