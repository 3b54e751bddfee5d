// `-b binary`: a file as it is, in a section .data, with the symbols _binary_NAME_start, _end and _size.
// GNU ld manual §2.1, option -b; names as objcopy's manual gives them for `-I binary`.

import { type ElfObject, type ElfSymbol, SHF_ALLOC, SHF_WRITE, SHN_ABS, SHT_NULL, SHT_PROGBITS, STB_GLOBAL } from '@kernelbox/elf'

export function binaryObject(name: string, bytes: Uint8Array, machine: number, objectClass: 32 | 64): ElfObject {
  const stem = `_binary_${name.replace(/[^A-Za-z0-9]/g, '_')}`
  const symbol = (suffix: string, value: number, section: number): ElfSymbol => ({
    name: stem + suffix,
    value: BigInt(value),
    sizeInBytes: 0n,
    binding: STB_GLOBAL,
    type: 0,
    visibility: 0,
    section,
  })
  const section = { address: 0n, alignment: 1, entrySize: 0, link: 0, info: 0, relocations: undefined }
  return {
    class: objectClass,
    machine,
    flags: 0,
    sections: [
      { ...section, name: '', type: SHT_NULL, flags: 0, sizeInBytes: 0, contents: new Uint8Array(0) },
      { ...section, name: '.data', type: SHT_PROGBITS, flags: SHF_ALLOC | SHF_WRITE, sizeInBytes: bytes.length, contents: bytes },
    ],
    symbols: [
      { name: '', value: 0n, sizeInBytes: 0n, binding: 0, type: 0, visibility: 0, section: 0 },
      symbol('_start', 0, 1),
      symbol('_end', bytes.length, 1),
      symbol('_size', bytes.length, SHN_ABS),
    ],
    groups: [],
  }
}
