import { describe, expect, it, vi } from 'vitest'
import { GuestConsole } from './console.ts'
import { helpText } from './help.ts'
import { parseOptions } from './options.ts'
import { parseAddress, parseDuration, parseSize } from './quantities.ts'

describe('quantities', () => {
  it('take the usual units', () => {
    expect(['16M', '64k', '1GiB', '0x1000', '4096'].map((text) => parseSize(text, '-m'))).toEqual([1 << 24, 1 << 16, 1 << 30, 4096, 4096])
    expect(['5s', '200ms', '1.5m', '3'].map((text) => parseDuration(text, '-t'))).toEqual([5000, 200, 90_000, 3000])
    expect(parseAddress('0xf0000', '-l')).toBe(0xf0000)
  })
  it('are refused in words', () => {
    expect(() => parseSize('16Q', '--memory')).toThrow("--memory: '16Q' is not a size")
    expect(() => parseDuration('-1s', '--timeout')).toThrow('is not a time')
    expect(() => parseAddress('f0000', '--load')).toThrow('is not an address')
  })
})

describe('the command line', () => {
  const parse = (...words: string[]) => parseOptions(words)
  it('leaves machine and memory to the format', () => {
    expect(parse('kernel')).toMatchObject({
      image: 'kernel',
      memoryInBytes: undefined,
      loadAddress: undefined,
      machine: undefined,
      port: 0xf1,
      raw: false,
      engine: 'auto',
      onHalt: 'exit',
      timeoutInMs: undefined,
    })
  })
  it('boots the first disk where there is no image', () => {
    expect(parse('--disk', 'a', '--disk', 'b')).toMatchObject({ image: 'a', disks: ['b'], format: 'boot', machine: 'pc' })
    expect(parse('--disk', 'a', 'kernel')).toMatchObject({ image: 'kernel', disks: ['a'], format: undefined, machine: 'pc' })
    expect(() => parse('--disk', 'a', '--format', 'elf')).toThrow('no image given, only --disk')
  })
  it('does not take the image for the format of --stats', () => {
    expect(parse('--stats', 'kernel')).toMatchObject({ image: 'kernel', stats: 'table' })
    expect(parse('kernel', '--stats=json')).toMatchObject({ stats: 'json' })
  })
  it('keeps the names that are written', () => {
    expect(parse('--raw', '--display', 'text', 'k')).toMatchObject({ written: ['raw', 'display'] })
    expect(parse('--raw', '--display', 'none', 'k')).toMatchObject({ written: ['raw'] })
  })
  it('says how a format of --stats is written', () => {
    expect(() => parse('--stats', 'json', 'kernel')).toThrow("'json' would be an image; write --stats=json")
    expect(() => parse('kernel', '--stats', 'live')).toThrow('write --stats=live')
    expect(parse('--stats', 'json')).toMatchObject({ image: 'json' })
  })
  it('refuses what contradicts itself or does not exist', () => {
    expect(() => parse('--engine', 'kvm', '--engine', 'software', 'k')).toThrow('given twice')
    expect(() => parse('--cpus', '0', 'k')).toThrow('is not a number from 1 to 16')
    expect(() => parse('--cpus', '2', '--engine', 'software', 'k')).toThrow('has one CPU')
    expect(() => parse('--engine', 'qemu', 'k')).toThrow('none of auto, kvm, software')
    expect(() => parse('--on-halt', 'jump', 'k')).toThrow('none of exit, wait')
    expect(() => parse('--port', '0x10000', 'k')).toThrow('ports go from')
    expect(() => parse('--port', 'COM1', 'k')).toThrow("--port: 'COM1' is not a port; write for example 0xf1")
    expect(() => parse('--frobnicate', 'k')).toThrow("unknown option '--frobnicate'")
    expect(() => parse('a', 'b')).toThrow('too many arguments')
    expect(() => parse()).toThrow('no image given')
    expect(() => parse('--engin', 'kvm', 'k')).toThrow('did you mean --engine?')
    expect(() => parse('k', '--timeout')).toThrow('needs a value')
    expect(() => parse('--raw=1', 'k')).toThrow('takes no value')
  })
  it('takes entries, blobs and modules', () => {
    expect(parse('--entry', 'protected:0x100000', '--blob', 'a@0x200000', '--blob', 'b@4096', '--module', 'm', 'k')).toMatchObject({
      entry: { mode: 'protected', address: 0x100000 },
      blobs: [
        { path: 'a', address: 0x200000 },
        { path: 'b', address: 4096 },
      ],
      modules: ['m'],
    })
    expect(() => parse('--entry', 'virtual:0', 'k')).toThrow('is not mode:address')
    expect(() => parse('--entry', 'long', 'k')).toThrow("'long' is not mode:address")
    expect(() => parse('--entry', 'real:0x100000', 'k')).toThrow('real mode reaches')
    expect(() => parse('--entry', 'real:0', '--format', 'elf', 'k')).toThrow('says where it starts')
    expect(() => parse('--blob', 'file', 'k')).toThrow('is not file@address')
  })
  it('knows what is asked for in place of a run', () => {
    expect(parse('--version')).toEqual({ request: 'version' })
    expect(parse('--help')).toEqual({ request: 'help' })
    expect(helpText()).toContain('Exit status:')
    expect(helpText()).toMatch(/--stats\[=format\] +statistics/)
  })
})

describe('the console', () => {
  function record(raw: boolean) {
    const written: string[] = []
    const guest = new GuestConsole({
      out: { write: (bytes) => void written.push(`out:${new TextDecoder().decode(bytes as Uint8Array)}`) },
      report: { write: (text) => void written.push(`err:${text as string}`) },
      hold: () => {},
      port: 0xf1,
      raw,
    })
    return { guest, written }
  }
  it('keeps the order of output and reports', () => {
    const { guest, written } = record(false)
    for (const value of [72, 10, 7]) guest.serial.out?.(0xf1, value, 1)
    guest.others.out?.(0xf2, 10, 1)
    guest.others.out?.(0x3f8, 0x1234, 2)
    guest.serial.out?.(0xf1, 73, 1)
    guest.flush()
    expect(written).toEqual(['out:H\n', 'err:outb: f1, 7\noutb: f2, 10\noutw: 3f8, 4660\n', 'out:I'])
  })
  it('counts lines that are the same after some, and loses none', () => {
    const { guest, written } = record(false)
    for (let i = 0; i < 1000; i++) guest.serial.out?.(0xf1, 255, 1)
    guest.serial.out?.(0xf1, 254, 1)
    for (let i = 0; i < 9; i++) guest.serial.out?.(0xf1, 255, 1)
    guest.finish()
    const same = 'outb: f1, 255\n'.repeat(8)
    expect(written.join('')).toBe(`err:${same}last line repeated 992 times\noutb: f1, 254\n${same}last line repeated 1 time\n`)
  })
  it('tells the count before the output that follows', () => {
    const { guest, written } = record(false)
    for (let i = 0; i < 10; i++) guest.others.out?.(0xf2, 10, 1)
    guest.serial.out?.(0xf1, 65, 1)
    guest.finish()
    expect(written).toEqual([`err:${'outb: f2, 10\n'.repeat(8)}last line repeated 2 times\n`, 'out:A'])
  })
  it('tells the count of an endless run each second', async () => {
    vi.useFakeTimers()
    try {
      const { guest, written } = record(false)
      for (let i = 0; i < 20; i++) guest.others.out?.(0xf2, 10, 1)
      await vi.advanceTimersByTimeAsync(1100)
      guest.others.out?.(0xf2, 10, 1)
      await vi.advanceTimersByTimeAsync(1)
      expect(written.join('')).toContain('last line repeated 13 times')
      guest.finish()
      expect(written.join('').match(/repeated/g)).toHaveLength(1)
    } finally {
      vi.useRealTimers()
    }
  })
  it('passes every byte through when asked', () => {
    const { guest, written } = record(true)
    for (const value of [7, 27]) guest.serial.out?.(0xf1, value, 1)
    guest.flush()
    expect(written).toEqual(['out:\u0007\u001b'])
  })
  it('names a port that is read once', () => {
    const { guest, written } = record(false)
    expect([guest.others.in?.(0x60, 1), guest.others.in?.(0x60, 1)]).toEqual([-1, -1])
    guest.flush()
    expect(written).toEqual(['err:inb: 60, nobody answers: all ones\n'])
  })
})
