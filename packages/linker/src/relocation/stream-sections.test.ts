// An image that goes out in pieces is the one that is made whole; objects read in pieces are those read whole.
import { SourceFile } from '@kernelbox/diagnostics'
import { type ElfObject, type ElfSection, EM_X86_64, type ObjectFile, RelocationTable, writeObject } from '@kernelbox/elf'
import { describe, expect, it } from 'vitest'
import { link } from '../index.ts'
import type { LinkInput, LinkOptions } from '../options.ts'

const plain = { address: 0n, alignment: 1, entrySize: 0, link: 0, info: 0, relocations: undefined }
const nothing = { ...plain, name: '', type: 0, flags: 0, sizeInBytes: 0, contents: new Uint8Array(0) }

function section(name: string, sizeInBytes: number, more: Partial<ElfSection> = {}): ElfSection {
  const contents = Uint8Array.from({ length: sizeInBytes }, (_, i) => i * 7 + name.length)
  return { ...plain, name, type: 1, flags: name.startsWith('.text') ? 6 : 3, sizeInBytes, contents, ...more }
}

function relocated(...offsets: number[]): RelocationTable {
  const table = new RelocationTable()
  for (const offset of offsets) table.add(offset, 1, 1, 5n)
  return table
}

const symbol = { name: '', value: 0n, sizeInBytes: 0n, binding: 0, type: 0, visibility: 0, section: 0 }

function object(sections: ElfSection[], name: string): ElfObject {
  return {
    class: 64,
    machine: EM_X86_64,
    flags: 0,
    sections: [nothing, ...sections],
    symbols: [symbol, { ...symbol, name, value: 3n, binding: 1, section: 1 }],
    groups: [],
  }
}

const million = 1 << 20
const objects = [
  object([section('.text', 3), section('.data', 2 * million + 5, { relocations: relocated(8, 2 * million - 8) })], 'one'),
  object([section('.text', 700_000, { alignment: 64 }), section('.data', 3 * million + 1, { alignment: 4096 })], 'two'),
  object(
    [
      section('.text', 700_000, { relocations: relocated(16) }),
      section('.data', 9),
      section('.bss', 4096, { type: 8, contents: nothing.contents }),
    ],
    'three',
  ),
].map((one) => writeObject(one))

/** Counts what is read. */
class CountedFile implements ObjectFile {
  readonly sizeInBytes: number
  readonly #bytes: Uint8Array
  bytesRead = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.sizeInBytes = bytes.length
  }

  read(target: Uint8Array, offset: number): void {
    this.bytesRead += target.length
    target.set(this.#bytes.subarray(offset, offset + target.length))
  }
}

function streamed(inputs: LinkInput[], options: Omit<LinkOptions, 'inputs'>): { image: Uint8Array; longest: number } {
  const image = new Uint8Array(1 << 24)
  let end = 0
  let longest = 0
  const result = link({
    ...options,
    inputs,
    openImage: () => ({
      write(bytes, offset) {
        image.set(bytes, offset)
        end = Math.max(end, offset + bytes.length)
        longest = Math.max(longest, bytes.length)
      },
    }),
  })
  expect(result.diagnostics.filter((one) => one.code !== 'section-not-allocated')).toEqual([])
  expect([result.hasImage, result.image]).toEqual([true, undefined])
  return { image: image.subarray(0, end), longest }
}

const scripts = {
  'sections one behind the other': '.text : { *(.text) } .data : { *(.data) } .bss : { *(.bss) }',
  'gaps, fills and data between the inputs':
    '.text : { *(.text) . = ALIGN(0x200000); QUAD(end) BYTE(1) *(.data) } =0x9090 .bss : { *(.bss) } end = .;',
  'memory without contents in the middle': '.all : { *(.data) *(.bss) *(.text) }',
  'sections that a flat image leaves out': '.text : { *(.text) } .rest (INFO) : { *(.data) } /DISCARD/ : { *(.bss) }',
}

describe('an image in pieces', () => {
  for (const [title, body] of Object.entries(scripts)) {
    for (const outputFormat of ['elf64-x86-64', 'binary'] as const) {
      it(`is the one made whole: ${title}, ${outputFormat}`, () => {
        const script = SourceFile.fromString('x.ld', `SECTIONS { . = 0x400000; ${body} }`)
        const options = { script, outputFormat, gapFill: 0x90 }
        const whole = link({ ...options, inputs: objects.map((bytes, i) => ({ name: `${i}.o`, bytes })) })
        const files = objects.map((bytes) => new CountedFile(bytes))
        const { image } = streamed(
          files.map((file, i) => ({ name: `${i}.o`, file })),
          options,
        )
        expect(Buffer.compare(image, whole.image as Uint8Array)).toBe(0)
      })
    }
  }
  it('reads no more of a file than is linked, and makes no piece longer than an input section needs', () => {
    const script = SourceFile.fromString('x.ld', 'SECTIONS { .text : { *(.text) } /DISCARD/ : { *(.data) *(.bss) } }')
    const files = objects.map((bytes) => new CountedFile(bytes))
    const { longest } = streamed(
      files.map((file, i) => ({ name: `${i}.o`, file })),
      { script, outputFormat: 'binary' },
    )
    expect(longest).toBeLessThanOrEqual(million)
    for (const file of files) expect(file.bytesRead).toBeLessThan(700_000 + 50_000)
  })
  it('is thrown away where a relocation does not fit', () => {
    const far = object(
      [
        section('.text', 8, {
          relocations: (() => {
            const t = new RelocationTable()
            t.add(0, 12, 1, 0n)
            return t
          })(),
        }),
      ],
      'far',
    )
    const script = SourceFile.fromString('x.ld', 'SECTIONS { . = 0x400000; .text : { *(.text) } }')
    const result = link({ inputs: [{ name: 'far.o', object: far }], script, openImage: () => ({ write() {} }) })
    expect(result.hasImage).toBe(false)
    expect(result.diagnostics[0]?.message).toContain('relocation truncated to fit')
  })
})
