// --compress-debug-sections with Node's zlib. Enters: an object. Leaves: the same with its debugging sections compressed.
// Their contents are GNU as's; the stream need not be, for Node's zlib is another edition than the one GNU as has.

import { deflateSync } from 'node:zlib'
import { compressDebugSections, type DebugCompression, type ElfObject } from '@kernelbox/elf'

export function compressed(object: ElfObject, form: DebugCompression): ElfObject {
  return compressDebugSections(object, form, deflateSync)
}
