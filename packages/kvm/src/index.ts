/**
 * Linux /dev/kvm for Node.js: `Kvm` (the device) creates `KvmVm`s, which create `KvmVcpu`s. One method an ioctl, named in its
 * comment; what the guests' exits mean is @kernelbox/launcher's business.
 */
export { type KvmBinding, loadBinding, UnsupportedPlatformError } from './binding.ts'
export { KvmError } from './errors.ts'
export { capability, closeDescriptor, Kvm, readStats } from './system.ts'
export { exitReason, exitReasonNames, KvmVcpu, type PostedWrites, runResult } from './vcpu.ts'
export { KvmVm, memoryFlags } from './vm.ts'
