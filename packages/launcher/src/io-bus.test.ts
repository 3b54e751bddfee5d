import { describe, expect, it } from 'vitest'
import { byteWide } from './devices/device.ts'
import { IoBus } from './io-bus.ts'

describe('the port space', () => {
  it('splits a wide access to byte-wide registers, each byte to its own port', () => {
    const bus = new IoBus()
    const written: string[] = []
    const device = (name: string) =>
      byteWide({ in: (port) => port & 0xff, out: (port, value) => void written.push(`${name} ${port.toString(16)}=${value}`) })
    bus.on([0x40, 0x43], device('a'))
    bus.on(0x44, device('b'))
    expect(bus.read(0x42, 4)).toBe(0xff444342)
    bus.write(0x42, 0x04030201, 4)
    expect(written).toEqual(['a 42=1', 'a 43=2', 'b 44=3'])
  })
  it('wraps at the last port', () => {
    const bus = new IoBus()
    bus.on(0xffff, byteWide({ in: () => 1 }))
    bus.on(0, byteWide({ in: () => 2 }))
    expect(bus.read(0xffff, 2)).toBe(0x0201)
  })
  it('gives runs of bytes to a handler that takes them, one by one to others', () => {
    const bus = new IoBus()
    const runs: number[][] = []
    const single: number[] = []
    bus.on(0xf1, { outBytes: (_port, bytes) => void runs.push([...bytes]), out: (_port, value) => void single.push(value) })
    bus.on(0xf2, { out: (_port, value) => void single.push(value) })
    bus.writeMany(0xf1, Uint32Array.of(1, 2, 3, 9), 3, 1)
    bus.writeMany(0xf2, Uint32Array.of(4, 5), 2, 1)
    expect([runs, single]).toEqual([[[1, 2, 3]], [4, 5]])
  })
})
