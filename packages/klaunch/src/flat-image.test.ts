import { describe, expect, it } from 'vitest'
import { realModeReachWarning, resetVectorFault } from './flat-image.ts'

const zeros = new Uint8Array(16)

describe('the reset vector of a flat image', () => {
  it('is good as soon as something is there', () => {
    expect(resetVectorFault(new Uint8Array(5), 0xf0000, Uint8Array.of(0xea, ...zeros.subarray(1)))).toBeUndefined()
  })
  it('without an instruction says where to put one', () => {
    expect(resetVectorFault(new Uint8Array(5), 0xf0000, zeros)).toBe(
      'no instruction at F000:FFF0 (offset 0xfff0 of the image): put `. = 0xfff0` and `ljmp $0xf000, $start` there, or give --entry, or 55 AA at 510 for a boot sector',
    )
  })
  it('moves in the image with --load', () => {
    expect(resetVectorFault(new Uint8Array(5), 0xe0000, zeros)).toContain('put `. = 0x1fff0` and `ljmp $0xe000, $start`')
    expect(resetVectorFault(new Uint8Array(5), 0x100000, zeros)).toContain('the image begins at 0x100000; take a --load')
  })
  it('names --format boot where the file is a boot sector', () => {
    const sector = new Uint8Array(512)
    sector.set([0x55, 0xaa], 510)
    expect(resetVectorFault(sector, 0xf0000, zeros)).toContain('--format boot')
  })
})

describe('the end of a flat image', () => {
  it('may be 1 MiB, and is warned of above', () => {
    expect(realModeReachWarning(0x10000, 0xf0000)).toBeUndefined()
    expect(realModeReachWarning(0x10001, 0xf0000)).toBe(
      "real mode does not reach 1 of the image's 65537 bytes: loaded at 0xf0000 it ends at 0x100001, past 1 MiB",
    )
    expect(realModeReachWarning(16, 0x200000)).toContain("16 of the image's 16 bytes")
  })
})
