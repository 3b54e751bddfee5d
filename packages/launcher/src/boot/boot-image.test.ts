import { afterEach, describe, expect, it } from 'vitest'
import { type Vm, createVm } from '../index.ts'
import { readGuests } from '../../test/guests.ts'
import { bootImage } from './boot-image.ts'
import { detectFormat } from './image-format.ts'

let vm: Vm
afterEach(() => vm?.close())
const guest = (name: string) => readGuests().find((one) => one.name === name)?.image as Uint8Array

describe('what a file is', () => {
  it('is seen in a Buffer that shares its memory with others', () => {
    const file = Buffer.allocUnsafe(64).fill(0)
    file.writeUInt32LE(0x1badb002, 16)
    file.writeUInt32LE(0x100000000 - 0x1badb002, 24)
    expect(detectFormat(file)).toBe('multiboot')
  })
  it('is seen from its content', () => {
    expect(['outb', 'bios-boot', 'elf32', 'multiboot1', 'multiboot2'].map((name) => detectFormat(guest(name)))).toEqual([
      'flat',
      'boot',
      'elf',
      'multiboot',
      'multiboot',
    ])
  })
})

describe('what cannot be loaded', () => {
  it('is told in words', async () => {
    vm = await createVm({ engine: 'software', memory: 1 << 20 })
    expect(bootImage(vm, guest('elf32'))).toMatchObject({ message: expect.stringContaining('beyond guest memory') })
    expect(bootImage(vm, guest('elf32').slice(0, 60))).toMatchObject({ message: expect.stringContaining('outside the file') })
    expect(bootImage(vm, new Uint8Array(100), { format: 'boot' })).toMatchObject({ message: expect.stringContaining('512 bytes') })
    expect(bootImage(vm, new Uint8Array(100), { format: 'multiboot' })).toMatchObject({
      message: expect.stringContaining('no Multiboot header'),
    })
    expect(bootImage(vm, new Uint8Array(1 << 20), { format: 'flat' })).toMatchObject({ message: expect.stringContaining('do not fit') })
    expect(bootImage(vm, guest('elf64'))).toHaveProperty('message')
  })
  it('never throws, whatever bytes of a header are broken', async () => {
    vm = await createVm({ engine: 'software', memory: 2 << 20 })
    let seed = 7
    const random = () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      return seed >>> 8
    }
    const originals = ['elf32', 'elf64', 'multiboot1', 'multiboot2'].map(guest)
    let loaded = 0
    for (let i = 0; i < 4000; i++) {
      const original = originals[i % originals.length] as Uint8Array
      const broken = original.slice(0, random() % 4 ? original.length : random() % original.length)
      for (let k = 0; k <= random() % 4; k++) broken[random() % Math.max(1, Math.min(broken.length, 200))] = random() % 3 ? random() : 0xff
      if (!('message' in bootImage(vm, broken))) loaded++
    }
    expect(loaded).toBeGreaterThan(0)
    expect(loaded).toBeLessThan(4000)
  })
})
