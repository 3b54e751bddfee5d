// Loads the prebuilt addon. Enters: nothing. Leaves: the addon's functions, typed as native/addon.c defines them.
import { existsSync } from 'node:fs'
import { join } from 'node:path'

declare const handleBrand: unique symbol
/** A vCPU inside the addon. */
export interface VcpuHandle {
  readonly [handleBrand]: true
}

type Bytes = Uint8Array | BigUint64Array | Uint32Array
type NumberIoctl = (fd: number, argument?: number) => number
type StructIoctl = (fd: number, structure: Bytes) => number

/** One function a system call or ioctl; each gives its result, or -errno. */
export interface KvmBinding
  extends Record<
      | 'getApiVersion'
      | 'createVm'
      | 'checkExtension'
      | 'getVcpuMmapSize'
      | 'setTssAddr'
      | 'createIrqchip'
      | 'createVcpu'
      | 'nmi'
      | 'getStatsFd',
      NumberIoctl
    >,
    Record<
      | 'setIdentityMapAddr'
      | 'createPit2'
      | 'enableCap'
      | 'irqLine'
      | 'getIrqchip'
      | 'setIrqchip'
      | 'getPit2'
      | 'setPit2'
      | 'getClock'
      | 'setClock'
      | 'registerCoalesced'
      | 'unregisterCoalesced'
      | 'getRegs'
      | 'setRegs'
      | 'getSregs'
      | 'setSregs'
      | 'getFpu'
      | 'setFpu'
      | 'getDebugRegs'
      | 'setDebugRegs'
      | 'getLapic'
      | 'setLapic'
      | 'getXcrs'
      | 'setXcrs'
      | 'getMpState'
      | 'setMpState'
      | 'getVcpuEvents'
      | 'setVcpuEvents'
      | 'interrupt'
      | 'setGuestDebug'
      | 'translate'
      | 'getSupportedCpuid'
      | 'setCpuid2'
      | 'getMsrs'
      | 'setMsrs',
      StructIoctl
    > {
  open(path: string): number
  close(fd: number): number
  /** pread(2). */
  readAt(fd: number, into: Uint8Array, offset: number): number
  mapMemory(sizeInBytes: number): ArrayBuffer | number
  unmapMemory(memory: ArrayBuffer): number
  setUserMemoryRegion(vmFd: number, slot: number, flags: number, guestPhysicalAddress: number, memory: Uint8Array): number
  attachVcpu(
    vcpuFd: number,
    runSizeInBytes: number,
    coalescedPage: number,
  ): { handle: VcpuHandle; run: ArrayBuffer; channel: ArrayBuffer } | number
  detachVcpu(handle: VcpuHandle, run: ArrayBuffer, channel: ArrayBuffer): number
  run(handle: VcpuHandle, budgetInMicroseconds: number): number
  runInPool(handle: VcpuHandle, budgetInMicroseconds: number): Promise<number> | number
  kick(handle: VcpuHandle): number
  completeIo(handle: VcpuHandle): number
  /** The number of writes in the channel's run; 0 where the log is empty. */
  nextRun(handle: VcpuHandle): number
  disarm(handle: VcpuHandle): void
}

let loaded: KvmBinding | undefined

/** The addon, loaded on first use. Throws {@link UnsupportedPlatformError} where there is no prebuilt file for this machine. */
export function loadBinding(): KvmBinding {
  if (loaded) return loaded
  const platform = `${process.platform}-${process.arch}`
  if (platform !== 'linux-x64') throw new UnsupportedPlatformError(platform)
  const path = join(import.meta.dirname, '../prebuilds/linux-x64/kernelbox-kvm.node')
  if (!existsSync(path)) throw new UnsupportedPlatformError(`${platform} (the prebuilt file is missing)`)
  // What `require` does with an addon, without its search.
  const addon: { exports: unknown } = { exports: {} }
  process.dlopen(addon, path)
  loaded = addon.exports as KvmBinding
  return loaded
}

/** This machine is not Linux on x86-64, which is all that /dev/kvm of x86 guests needs. */
export class UnsupportedPlatformError extends Error {
  constructor(platform: string) {
    super(`KVM needs Linux on x86-64; this is ${platform}`)
    this.name = 'UnsupportedPlatformError'
  }
}
