// Golden bits from GNU as 2.40.
import { describe, expect, it } from 'vitest'
import { bfloat16, type FloatFormat, float16, float32, float64, float80, floatBytes, parseFloat } from './parse-float.ts'

function bits(text: string, format: FloatFormat): string {
  const result = parseFloat(text, 0, format)
  if (!result.ok) return result.reason
  const rest = text.slice(result.next)
  return result.bits.toString(16).padStart(2 * format.sizeInBytes, '0') + (rest && ` then ${rest}`)
}
const all = (texts: string, format: FloatFormat) => texts.split(' ').map((text) => bits(text, format))

describe('parseFloat', () => {
  it('reads decimal numbers with any prefix letter, sign and exponent', () => {
    expect(all('1 -1 +1 1. .5 1e3 1E+3 1e-3 0f1.5 0d1.5 0x1.8 0e5 0f-1 00001.5', float32)).toEqual(
      '3f800000 bf800000 3f800000 3f800000 3f000000 447a0000 447a0000 3a83126f 3fc00000 3fc00000 3fe66666 40a00000 bf800000 3fc00000'.split(
        ' ',
      ),
    )
    expect(all('1e+05 0.1 1e-05', float80)).toEqual(['400fc350000000000000', '3ffbcccccccccccccccd', '3feea7c5ac471b478423'])
    expect(all('1.5', float16)).toEqual(['3e00'])
    expect(all('1.5', bfloat16)).toEqual(['3fc0'])
  })
  it('gives zero for no digits and stops where the number ends', () => {
    expect(['', '.', 'e5', '-', '0f', '1e', '1x', '1d3', '0x1p3', '1,2'].map((text) => bits(text, float32))).toEqual([
      '00000000',
      '00000000',
      '00000000',
      '80000000',
      '00000000',
      '3f800000',
      '3f800000 then x',
      '3f800000 then d3',
      '3f800000 then p3',
      '3f800000 then ,2',
    ])
  })
  it('knows infinities and NaNs', () => {
    const names = 'nan -nan snan qnan -snan inf -inf INFINITY'
    expect(all(names, float64)).toEqual(
      '7fffffffffffffff ffffffffffffffff 7ff7ffffffffffff 7fffffffffffffff fff7ffffffffffff 7ff0000000000000 fff0000000000000 7ff0000000000000'.split(
        ' ',
      ),
    )
    expect(all('nan snan inf', float80)).toEqual(['7fffffffffffffffffff', '7fffbfffffffffffffff', '7fff8000000000000000'])
    expect(all('nan snan inf', float16)).toEqual(['7fff', '7dff', '7c00'])
    expect(bits('infi', float32)).toBe('00000000 then infi')
  })
  it('takes the bits in hex from the top', () => {
    expect(all('0f:3f800000 0f:3f8 0f:3_f 0f: 0f:123456781', float32)).toEqual([
      '3f800000',
      '3f800000',
      '3f000000',
      '00000000',
      'too-many-hex-digits',
    ])
    expect(bits('0d:3', float80)).toBe('30000000000000000000')
  })
  it('rounds halves up, but down where the number needs a negative power of ten', () => {
    expect(all('16777217 16777219 16777217.0 1677721700e-2 8388608.5 1.6777217e7', float32)).toEqual(
      '4b800001 4b800002 4b800001 4b800000 4b000000 4b800001'.split(' '),
    )
    expect(all('70.78125 0.00227832794189453125 1318.5', float16)).toEqual(['546c', '18aa', '6526'])
  })
  it('reads no more digits than GNU as', () => {
    expect(all('149159422320494059192320 288864196226612985856', float32)).toEqual(['65fcaf96', '617a8cbc'])
    expect(bits('35011331875537260871168445906944', float64)).toBe('467b9e7b6f2756ca')
    expect(bits('2085166627472539648', bfloat16)).toBe('5de7')
  })
  it('rounds into the denormals and refuses what is too large or too small', () => {
    expect(all('3.4028235e38 3.4028236e38 1e39 1e-45 7e-46 1e-50 1.1754942e-38', float32)).toEqual(
      '7f7fffff 7f800000 out-of-range 00000001 00000000 out-of-range 007fffff'.split(' '),
    )
    expect(all('1e4932 1e4951 1e-5000 1e999999999999', float80)).toEqual([
      '7ffed72cb2a95c7ef6cd',
      'out-of-range',
      'out-of-range',
      'out-of-range',
    ])
    expect(bits(`0.${'0'.repeat(300)}1e300`, float64)).toBe('3fb999999999999a')
    expect(bits(`${'1'.repeat(5000)}e-4999`, float64)).toBe('3ff1c71c71c71c72')
  })
  it('takes no long time for a long number', () => {
    expect(bits(`0.${'0'.repeat(1_000_000)}1`, float64)).toBe('out-of-range')
  })
})

it('floatBytes is little-endian', () => {
  expect(floatBytes(0x3ff8000000000000n, float64)).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 0xf8, 0x3f))
})
