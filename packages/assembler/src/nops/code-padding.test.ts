// Golden bytes from GNU as 2.40.
import { describe, expect, it } from 'vitest'
import { codePadding, longestNopInBytes, type NopChoice, type NopStyle, nopStyle } from './code-padding.ts'

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')

/** FNV-1a over the paddings one after the other. */
function checksum(paddings: Iterable<Uint8Array>): number {
  let h = 0x811c9dc5
  for (const padding of paddings) for (const byte of padding) h = Math.imul(h ^ byte, 0x01000193) >>> 0
  return h
}

function* lengthsUpTo400(style: NopStyle) {
  for (let length = 1; length <= 400; length++) yield codePadding(length, style)
}

function* withLargestNop(style: NopStyle) {
  for (const length of [3, 10, 25, 90]) for (const largest of [1, 2, 3, 4]) yield codePadding(length, style, largest)
}

describe('codePadding', () => {
  it('puts the longest nops first and jumps over the third lea of 16-bit code', () => {
    expect(hex(codePadding(11, 'lea16'))).toBe('8d b4 00 00 8d b4 00 00 8d 74 00')
    expect(hex(codePadding(12, 'lea16'))).toBe('eb 0a 8d b4 00 00 8d b4 00 00 66 90')
    expect(hex(codePadding(130, 'lea16').subarray(0, 10))).toBe('66 e9 7c 00 00 00 8d b4 00 00')
  })
  it('knows the lea of seven bytes for 32-bit processors without a long nop', () => {
    expect(hex(codePadding(12, 'lea32'))).toBe('8d b4 26 00 00 00 00 8d 74 26 00 90')
    expect(hex(codePadding(21, 'lea32'))).toBe('eb 13 8d b4 26 00 00 00 00 8d b4 26 00 00 00 00 8d 74 26 00 90')
  })
  it('takes up to seven long nops before it jumps', () => {
    expect(hex(codePadding(13, 'long'))).toBe('66 66 2e 0f 1f 84 00 00 00 00 00 66 90')
    expect(codePadding(87, 'long')[0]).toBe(0x66)
    expect(hex(codePadding(88, 'long').subarray(0, 4))).toBe('eb 56 66 66')
    expect(hex(codePadding(131, 'long').subarray(0, 7))).toBe('e9 7e 00 00 00 66 66')
  })
  it('is what GNU as writes for every length up to 400', () => {
    expect(checksum(lengthsUpTo400('lea16'))).toBe(0x275bfa05)
    expect(checksum(lengthsUpTo400('lea32'))).toBe(0xae003555)
    expect(checksum(lengthsUpTo400('long'))).toBe(0xba7e6a6d)
  })
  it('is what .nops writes where the size of a single nop is limited', () => {
    expect(checksum(withLargestNop('lea16'))).toBe(0x7dbe3654)
    expect(checksum(withLargestNop('lea32'))).toBe(0xedf42fc2)
    expect(checksum(withLargestNop('long'))).toBe(0x9dadf06b)
    expect(hex(codePadding(11, 'lea32', 5))).toBe('8d 74 26 00 8d 74 26 00 8d 76 00')
    expect([longestNopInBytes('lea16'), longestNopInBytes('lea32'), longestNopInBytes('long')]).toEqual([4, 7, 11])
  })
})

describe('nopStyle', () => {
  const style32 = (choice: Partial<NopChoice>) => nopStyle({ mode: 32, is64BitObject: false, ...choice })
  const style64 = (choice: Partial<NopChoice>) => nopStyle({ mode: 64, is64BitObject: true, ...choice })

  it('without a processor follows the object and +nop', () => {
    expect([style32({}), style64({}), style64({ mode: 32 }), style64({ mode: 16 })]).toEqual(['lea32', 'long', 'long', 'lea16'])
    expect([style32({ nop: true }), style64({ nop: false })]).toEqual(['long', 'lea32'])
  })
  it('without a processor follows the tuning', () => {
    expect(['i386', 'pentiumpro', 'iamcu', 'generic32'].map((tune) => style64({ tune }))).toEqual(Array(4).fill('lea32'))
    expect(['pentium4', 'core2', 'k6', 'athlon', 'znver4', 'generic64'].map((tune) => style32({ tune }))).toEqual(Array(6).fill('long'))
    expect([style64({ tune: 'i8086' }), style32({ tune: 'i286' })]).toEqual(['long', 'lea32'])
    expect(style32({ tune: 'pentiumpro', nop: true })).toBe('lea32')
  })
  it('with a processor follows what it can, unless tuned for generic64', () => {
    expect(['i386', 'i686', 'pentium', 'k6_2', 'generic32'].map((arch) => style32({ arch, tune: 'core2' }))).toEqual(Array(5).fill('lea32'))
    expect(['pentiumpro', 'nocona', 'athlon', 'btver1'].map((arch) => style32({ arch, tune: 'i386' }))).toEqual(Array(4).fill('long'))
    expect([style32({ arch: 'i386', tune: 'generic64' }), style32({ arch: 'i386', nop: true })]).toEqual(['long', 'long'])
    expect([style32({ arch: 'core2', nop: false }), style32({ arch: 'generic64', nop: false })]).toEqual(['lea32', 'long'])
    expect(style32({ arch: 'generic64', tune: 'generic32', nop: false })).toBe('lea32')
  })
})
