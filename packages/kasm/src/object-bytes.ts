// The bytes of an object file. Enters: an object, and how its debugging sections are to be compressed (--compress-debug-sections).

import { type DebugCompression, type ElfObject, writeObject } from '@kernelbox/elf'

export async function objectBytes(object: ElfObject, compression: DebugCompression | 'none'): Promise<Uint8Array> {
  if (compression === 'none') return writeObject(object)
  const { compressed } = await import('./compressed-object.ts')
  return writeObject(compressed(object, compression))
}
