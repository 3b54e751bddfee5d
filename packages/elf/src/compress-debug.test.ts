// Headers of compressed sections as GNU as 2.40 writes them (--compress-debug-sections); the stream itself is another's.
import { describe, expect, it } from 'vitest'
import { compressDebugSections, type ElfObject, type ElfSection } from './index.ts'

const section = (name: string, flags: number, sizeInBytes: number): ElfSection => ({
  name,
  type: 1,
  flags,
  address: 0n,
  sizeInBytes,
  contents: new Uint8Array(sizeInBytes).fill(65),
  alignment: 16,
  entrySize: 0,
  link: 0,
  info: 0,
  relocations: undefined,
})

const object = (width: 32 | 64): ElfObject => ({
  class: width,
  machine: 62,
  flags: 0,
  sections: [
    section('', 0, 0),
    section('.debug_line', 0, 300),
    section('.debug_str', 0, 8),
    section('.debug_x', 2, 300),
    section('.data', 3, 300),
  ],
  symbols: [],
  groups: [],
})
const stream = () => Uint8Array.of(0x78, 0x9c)
const shown = (width: 32 | 64, form: 'zlib' | 'zlib-gnu') =>
  compressDebugSections(object(width), form, stream).sections.map((s) => `${s.name} ${s.flags} ${s.alignment} ${s.sizeInBytes}`)

describe('a debugging section that becomes smaller', () => {
  it('gets a header, a flag and the alignment of the header', () => {
    expect(shown(64, 'zlib')).toEqual([' 0 16 0', '.debug_line 2048 8 26', '.debug_str 0 16 8', '.debug_x 2 16 300', '.data 3 16 300'])
    expect(shown(32, 'zlib')[1]).toBe('.debug_line 2048 4 14')
    const { contents } = compressDebugSections(object(64), 'zlib', stream).sections[1] as ElfSection
    expect([...contents]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0x2c, 1, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0x78, 0x9c])
  })
  it("has another name in GNU's older form", () => {
    expect(shown(64, 'zlib-gnu')[1]).toBe('.zdebug_line 0 1 14')
    const { contents } = compressDebugSections(object(64), 'zlib-gnu', stream).sections[1] as ElfSection
    expect([...contents]).toEqual([0x5a, 0x4c, 0x49, 0x42, 0, 0, 0, 0, 0, 0, 1, 0x2c, 0x78, 0x9c])
  })
})
