// What a file is, and the simplest way to start one: all that a run of the article's kernels needs. Enters: bytes that nobody has checked. Leaves: a
// format; the machine ready to run, or a fault in words.
import { isElf } from '@kernelbox/elf'
import type { Vm } from '../vm.ts'
import { findMultibootHeader } from './multiboot-header.ts'

/** flat: reset vector; boot: a disk whose boot sector our BIOS starts at 0000:7C00; elf: an executable at its entry; multiboot: version 1 or 2. */
export type BootFormat = 'flat' | 'boot' | 'elf' | 'multiboot'

export interface ImageFault {
  readonly message: string
}

export interface BootResult {
  readonly format: BootFormat
  readonly entry: number
}

/** What a file looks like. */
export function detectFormat(file: Uint8Array): BootFormat {
  if (findMultibootHeader(file)) return 'multiboot'
  if (isElf(file)) return 'elf'
  // A flat image reaches the reset vector at FFF0h; a disk with a signature does not look like one there.
  const reachesReset = file.length >= 0xfff1 && file.length <= 0x10000 && file.subarray(0xfff0).some((byte) => byte !== 0)
  if (file[510] === 0x55 && file[511] === 0xaa && !reachesReset) return 'boot'
  return 'flat'
}

/** Loads a flat image; the CPU starts at the reset vector. */
export function bootFlat(vm: Vm, file: Uint8Array, loadAddress: number): BootResult | ImageFault {
  const room = vm.memory.sizeInBytes - loadAddress
  if (file.length > room)
    return { message: `${file.length} bytes do not fit at 0x${loadAddress.toString(16)}: ${Math.max(0, room)} bytes are there` }
  vm.load(file, loadAddress)
  return { format: 'flat', entry: 0xffff0 }
}
