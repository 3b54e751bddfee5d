// The files that the command line names. Enters: paths. Leaves: their bytes, or a fault that no option would mend.
import { readInputFile } from '@kernelbox/cli'
import { defaultLoadAddress } from '@kernelbox/launcher'
import type { LaunchOptions } from './options.ts'

/** Told without the pointer to --help that a UsageError has. */
export class InputError extends Error {}

/** A disk may be larger than the guest's memory. */
export const largestImageInBytes = 1 << 30

export function readInput(path: string, limitInBytes: number): Uint8Array {
  const bytes = readInputFile(path, limitInBytes)
  if ('message' in bytes) {
    throw new InputError(`${path}: ${bytes.code === 'ETOOBIG' ? `larger than ${limitInBytes} bytes` : bytes.message}`)
  }
  if (bytes.length === 0) throw new InputError(`${path}: the file is empty`)
  return bytes
}

/** Where a flat image goes. */
export function loadAddressOf({ loadAddress, entry }: LaunchOptions): number {
  return loadAddress ?? entry?.address ?? defaultLoadAddress
}
