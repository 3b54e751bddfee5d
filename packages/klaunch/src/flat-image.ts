// What can be told of a flat image before it runs. Enters: where it lies, its bytes, what memory holds at the reset vector. Leaves: a fault
// or a warning in words; the machine with the image in its memory. Intel SDM vol. 3, §9.1.4 (first instruction): FFFF_FFF0h, which a PC maps to F000:FFF0 as well.

import { UsageError } from '@kernelbox/cli'
import { type Vm, bootFlat } from '@kernelbox/launcher'
import { InputError, loadAddressOf } from './input-files.ts'
import type { LaunchOptions } from './options.ts'

/** F000:FFF0. */
const resetVector = 0xffff0
const resetVectorInBytes = 16
const realModeEnd = 0x100000

const hex = (value: number) => `0x${value.toString(16)}`

/** Why the CPU would find no instruction after reset; undefined where one is. Zeros are no start: they are `add %al, (%bx,%si)` for ever. */
export function resetVectorFault(image: Uint8Array, loadAddress: number, atResetVector: Uint8Array): string | undefined {
  if (atResetVector.some((byte) => byte !== 0)) return undefined
  const isBootSector = image[510] === 0x55 && image[511] === 0xaa
  const otherwise = isBootSector ? 'or take --format boot: there is 55 AA at 510' : 'or 55 AA at 510 for a boot sector'
  const offset = resetVector - loadAddress
  if (offset < 0 || loadAddress % 16 !== 0) {
    return `no instruction at F000:FFF0: the image begins at ${hex(loadAddress)}; take a --load at or below 0xf0000, or give --entry, ${otherwise}`
  }
  const jump = `ljmp $${hex(loadAddress >> 4)}, $start`
  return `no instruction at F000:FFF0 (offset ${hex(offset)} of the image): put \`. = ${hex(offset)}\` and \`${jump}\` there, or give --entry, ${otherwise}`
}

/** A warning for an image that does not end below 1 MiB, where real mode's segments end. */
export function realModeReachWarning(lengthInBytes: number, loadAddress: number): string | undefined {
  const end = loadAddress + lengthInBytes
  if (end <= realModeEnd) return undefined
  const beyond = end - Math.max(loadAddress, realModeEnd)
  return `real mode does not reach ${beyond} of the image's ${lengthInBytes} bytes: loaded at ${hex(loadAddress)} it ends at ${hex(end)}, past 1 MiB`
}

/** Loads an image for the reset vector. Throws UsageError or InputError. */
export function loadFlatImage(vm: Vm, image: Uint8Array, options: LaunchOptions): void {
  checkLoadAddress(vm, options)
  const loaded = bootFlat(vm, image, loadAddressOf(options))
  if ('message' in loaded) throw new InputError(`${options.image}: ${loaded.message}`)
  checkResetVector(vm, image, options)
}

export function checkLoadAddress(vm: Vm, options: LaunchOptions): void {
  const address = loadAddressOf(options)
  const { sizeInBytes } = vm.memory
  if (address >= sizeInBytes) throw new UsageError(`${hex(address)} is beyond the guest's memory of ${sizeInBytes} bytes`)
}

export function checkResetVector(vm: Vm, image: Uint8Array, options: LaunchOptions): void {
  const fault = resetVectorFault(image, loadAddressOf(options), vm.memory.read(resetVector, resetVectorInBytes))
  if (fault !== undefined) throw new InputError(`${options.image}: ${fault}`)
}
