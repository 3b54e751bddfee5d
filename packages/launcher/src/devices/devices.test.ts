import { describe, expect, it } from 'vitest'
import { IoBus } from '../io-bus.ts'
import { MmioBus } from '../mmio-bus.ts'
import { Ata } from './ata.ts'
import { BiosDisk } from './bios-disk.ts'
import { DiskImage } from './disk-image.ts'
import { Cmos } from './cmos.ts'
import type { Board, Device } from './device.ts'
import { Keyboard } from './keyboard.ts'
import { ParallelPort } from './parallel-port.ts'
import { Pic } from './pic.ts'
import { Pit, pitFrequencyInHz } from './pit.ts'
import { keysOf, scanCodesOf } from './scan-codes.ts'
import { Uart } from './uart.ts'
import { VgaText } from './vga-text.ts'

/** A board whose clock the test sets, without a CPU. */
function bench(...devices: Device[]) {
  const memory = new Uint8Array(1 << 20)
  const pic = new Pic()
  const timers: (() => number)[] = []
  const state = { timeInMs: 0, wallTime: Date.UTC(2026, 10, 22, 17, 5, 9), resets: 0, stops: [] as number[], a20: true }
  const board: Board = {
    io: new IoBus(),
    mmio: new MmioBus(),
    clock: { now: () => state.timeInMs, wallTime: () => state.wallTime },
    memorySizeInBytes: memory.length,
    memoryView: (address, size) => memory.subarray(address, address + size),
    writeMemory: (address, bytes) => memory.set(bytes, address),
    irq: (line) => pic.line(line),
    addTimer: (timer) => void timers.push(timer),
    stop: (code) => void state.stops.push(code),
    a20: (isOpen) => {
      state.a20 = isOpen
    },
    reset: () => void state.resets++,
    wake: () => {},
  }
  pic.attach(board)
  for (const device of devices) device.attach(board)
  const out = (port: number, ...values: number[]) => {
    for (const value of values) board.io.write(port, value, 1)
  }
  const read = (port: number) => board.io.read(port, 1)
  // ICW1 to ICW4: vectors 20h and 28h, everything open.
  const openPic = () => {
    out(0x20, 0x11)
    out(0x21, 0x20, 4, 1, 0)
    out(0xa0, 0x11)
    out(0xa1, 0x28, 2, 1, 0)
  }
  return { board, memory, pic, state, out, read, openPic, runTimers: () => timers.map((timer) => timer()) }
}

describe('8259', () => {
  it('gives vectors by priority and holds back lower ones until EOI', () => {
    const { pic, out, openPic } = bench()
    openPic()
    pic.line(4).set(true)
    pic.line(1).set(true)
    expect(pic.acknowledge()).toBe(0x21)
    expect(pic.pendingVector()).toBe(-1)
    pic.line(0).set(true)
    expect(pic.acknowledge()).toBe(0x20)
    out(0x20, 0x20)
    out(0x20, 0x20)
    expect(pic.acknowledge()).toBe(0x24)
  })
  it('cascades, and gives the spurious vector where nothing waits', () => {
    const { pic, out, read, openPic } = bench()
    openPic()
    pic.line(8).set(true)
    expect(pic.acknowledge()).toBe(0x28)
    out(0xa0, 0x0b)
    expect(read(0xa0)).toBe(1)
    out(0xa0, 0x20)
    out(0x20, 0x20)
    expect(pic.acknowledge()).toBe(0x27)
  })
  it('latches edges and follows levels', () => {
    const { pic, out, openPic } = bench()
    openPic()
    pic.line(5).pulse()
    expect(pic.pendingVector()).toBe(0x25)
    pic.acknowledge()
    out(0x20, 0x20)
    out(0x4d0, 0x20)
    pic.line(5).set(true)
    pic.line(5).set(false)
    expect(pic.pendingVector()).toBe(-1)
  })
  it('masks, saves and restores', () => {
    const { pic, out, openPic } = bench()
    openPic()
    out(0x21, 0xff)
    pic.line(1).set(true)
    expect(pic.pendingVector()).toBe(-1)
    const copy = new Pic()
    copy.restore(JSON.parse(JSON.stringify(pic.save())))
    out(0x21, 0xfd)
    expect([pic.pendingVector(), copy.pendingVector()]).toEqual([0x21, -1])
  })
})

describe('8254', () => {
  it('ticks at its rate and tells when it wants to be called', () => {
    const { pic, state, out, openPic, runTimers } = bench(new Pit())
    openPic()
    out(0x43, 0x34)
    out(0x40, 0x9c, 0x2e) // 11932: 100 Hz
    expect(runTimers()[0]).toBeCloseTo(10, 1)
    expect(pic.pendingVector()).toBe(-1)
    state.timeInMs = 10.1
    runTimers()
    expect(pic.acknowledge()).toBe(0x20)
    out(0x20, 0x20)
    // Missed ticks become one.
    state.timeInMs = 55
    runTimers()
    expect(pic.acknowledge()).toBe(0x20)
    out(0x20, 0x20)
    expect(pic.pendingVector()).toBe(-1)
  })
  it('latches counts and statuses', () => {
    const { state, out, read } = bench(new Pit())
    out(0x43, 0x34)
    out(0x40, 0, 0)
    state.timeInMs = (1000 / pitFrequencyInHz) * 256.5
    out(0x43, 0x00)
    state.timeInMs = 20
    expect(read(0x40) | (read(0x40) << 8)).toBe(0x10000 - 256)
    out(0x43, 0xe2)
    expect(read(0x40) & 0x3f).toBe(0x34)
  })
  it('fires once in mode 0 and shows counter 2 at port 61h', () => {
    const { pic, state, out, read, openPic, runTimers } = bench(new Pit())
    openPic()
    out(0x43, 0x30)
    out(0x40, 0xe8, 3)
    out(0x43, 0xb0)
    out(0x61, 1)
    out(0x42, 0xe8, 3)
    expect(read(0x61) & 0x20).toBe(0)
    state.timeInMs = 1
    expect(runTimers()[0]).toBe(Number.POSITIVE_INFINITY)
    expect(pic.pendingVector()).toBe(0x20)
    expect(read(0x61) & 0x20).toBe(0x20)
  })
})

describe('16550', () => {
  it('sends, loops back and shows its divisor', () => {
    const sent: number[] = []
    const { out, read } = bench(new Uart((byte) => sent.push(byte)))
    out(0x3fb, 0x80)
    out(0x3f8, 12)
    expect([read(0x3f8), read(0x3f9)]).toEqual([12, 0])
    out(0x3fb, 3)
    out(0x3f8, 65)
    out(0x3fc, 0x10)
    out(0x3f8, 66)
    expect([sent, read(0x3fd) & 1, read(0x3f8), read(0x3fd) & 1]).toEqual([[65], 1, 66, 0])
  })
  it('interrupts on input, and on an empty transmitter until it is identified', () => {
    const uart = new Uart(() => {})
    const { pic, out, read, openPic } = bench(uart)
    openPic()
    out(0x3fc, 8)
    out(0x3f9, 3)
    expect(pic.pendingVector()).toBe(0x24)
    expect(read(0x3fa) & 15).toBe(2)
    expect(read(0x3fa) & 15).toBe(1)
    uart.receive(new Uint8Array([7]))
    expect(read(0x3fa) & 15).toBe(4)
    expect([read(0x3f8), read(0x3fa) & 15]).toEqual([7, 1])
  })
})

describe('8042 and keyboard', () => {
  it('types with shift and control', () => {
    expect(scanCodesOf('A')).toEqual([0x2a, 0x1e, 0x9e, 0xaa])
    expect(scanCodesOf('\u0003')).toEqual([0x1d, 0x2e, 0xae, 0x9d])
    expect(scanCodesOf('ä')).toBeUndefined()
  })
  it('answers commands before keys and raises IRQ 1', () => {
    const keyboard = new Keyboard()
    const { pic, state, out, read, openPic } = bench(keyboard)
    openPic()
    keyboard.type('\n')
    expect(pic.acknowledge()).toBe(0x21)
    out(0x64, 0xaa)
    expect([read(0x60), read(0x60), read(0x60), read(0x64) & 1]).toEqual([0x55, 0x1c, 0x9c, 0])
    out(0x60, 0xff)
    expect([read(0x60), read(0x60)]).toEqual([0xfa, 0xaa])
    out(0x64, 0xd1)
    out(0x60, 0xdd)
    expect(read(0x92) & 2).toBe(0)
    out(0x64, 0xfe)
    expect(state.resets).toBe(1)
  })
})

describe('CMOS', () => {
  it('tells the time in BCD and binary, and the memory', () => {
    const { out, read } = bench(new Cmos())
    const register = (index: number) => {
      out(0x70, index)
      return read(0x71)
    }
    expect([4, 2, 0, 7, 8, 9, 0x32].map(register)).toEqual([0x17, 0x05, 0x09, 0x22, 0x11, 0x26, 0x20])
    out(0x70, 0x0b)
    out(0x71, 6)
    expect([4, 9].map(register)).toEqual([17, 26])
    expect(register(0x15) | (register(0x16) << 8)).toBe(640)
  })
})

describe('text screen', () => {
  it('gives text, cells and the cursor', () => {
    const screen = new VgaText()
    const { memory, out } = bench(screen)
    memory.set([0x48, 0x1f, 0xb0, 0x07], 0xb8000 + 160)
    out(0x3d4, 0x0f)
    out(0x3d5, 82)
    expect(screen.text).toBe('\nH░\n')
    expect(screen.cell(0, 1)).toEqual({ character: 'H', foreground: 15, background: 1 })
    expect(screen.cursor).toEqual({ column: 2, row: 1 })
  })
})

describe('disk of the BIOS', () => {
  it('copies sectors and refuses what is not there', () => {
    const disk = new DiskImage(new Uint8Array(1024).fill(9))
    const { board, memory } = bench(new BiosDisk([disk]))
    board.io.write(0x5de, disk.drive, 1)
    const transfer = (lba: number, address: number, count: number, command = 1) => {
      board.io.write(0x5d0, lba, 4)
      board.io.write(0x5d4, address, 4)
      board.io.write(0x5d8, count, 2)
      board.io.write(0x5dc, command, 1)
      return board.io.read(0x5dc, 1)
    }
    expect(transfer(1, 0x7c00, 1)).toBe(0)
    expect([...memory.subarray(0x7dff, 0x7e01)]).toEqual([9, 0])
    expect(transfer(1, 0x7c00, 2)).toBe(4)
    expect(transfer(0xffffffff, 0, 65_535)).toBe(4)
    expect(transfer(0, 0xfffff, 1)).toBe(9)
    memory[0x500] = 1
    expect(transfer(0, 0x500, 1, 2)).toBe(0)
    expect(disk.bytes[0]).toBe(1)
    expect([disk.drive, new DiskImage(new Uint8Array(1_474_560)).drive]).toEqual([0x80, 0])
  })
})

describe('disk images', () => {
  it('have the geometry of their floppy format, or of a hard disk', () => {
    expect(new DiskImage(new Uint8Array(368_640))).toMatchObject({
      drive: 0,
      floppyType: 1,
      geometry: { cylinders: 40, heads: 2, sectorsPerTrack: 9 },
    })
    expect(new DiskImage(new Uint8Array(512), 0)).toMatchObject({
      floppyType: 4,
      geometry: { cylinders: 80, heads: 2, sectorsPerTrack: 18 },
    })
    expect(new DiskImage(new Uint8Array(2 << 20))).toMatchObject({
      drive: 0x80,
      geometry: { cylinders: 4, heads: 16, sectorsPerTrack: 63 },
    })
  })
})

describe('ATA controller', () => {
  const disk = new Uint8Array(1024)
  disk.fill(7, 512)
  it('identifies the disk and reads a sector with an interrupt', () => {
    const { board, out, read, pic, openPic } = bench(new Ata([new DiskImage(disk)]))
    openPic()
    out(0x1f6, 0xa0)
    out(0x1f7, 0xec)
    expect(read(0x1f7)).toBe(0x58)
    const words = Array.from({ length: 256 }, () => board.io.read(0x1f0, 2))
    expect([words[60], words[61], words[3], words[6]]).toEqual([2, 0, 16, 63])
    expect(String.fromCharCode(...words.slice(27, 32).flatMap((word) => [word >> 8, word & 255]))).toBe('KERNELBOX ')
    expect(read(0x1f7)).toBe(0x50)
    for (const [register, value] of [1, 1, 0, 0, 0xe0, 0x20].entries()) out(0x1f2 + register, value)
    expect(pic.pendingVector()).toBe(0x2e)
    expect(Array.from({ length: 128 }, () => board.io.read(0x1f0, 4)).every((value) => value === 0x07070707)).toBe(true)
  })
  it('writes sectors, and refuses what is beyond the disk or unknown', () => {
    const image = new DiskImage(disk)
    const { board, out, read } = bench(new Ata([image]))
    for (const [register, value] of [1, 0, 0, 0, 0xe0, 0x30].entries()) out(0x1f2 + register, value)
    for (let i = 0; i < 256; i++) board.io.write(0x1f0, 0x4142, 2)
    expect([image.bytes[0], image.bytes[511], read(0x1f7)]).toEqual([0x42, 0x41, 0x50])
    for (const [register, value] of [2, 1, 0, 0, 0xe0, 0x20].entries()) out(0x1f2 + register, value)
    expect([read(0x1f7), read(0x1f1)]).toEqual([0x51, 0x10])
    out(0x1f7, 0xff)
    expect([read(0x1f7), read(0x1f1)]).toEqual([0x51, 4])
    out(0x1f6, 0xb0)
    expect(read(0x1f7)).toBe(0)
  })
  it('is an empty bus without disks', () => {
    const { read } = bench(new Ata([]))
    expect([read(0x1f7), read(0x1f0), read(0x3f6)]).toEqual([0xff, 0, 0xff])
  })
})

describe('printer port', () => {
  it('prints the byte of each strobe', () => {
    const printed: number[] = []
    const { out, read } = bench(new ParallelPort((byte) => void printed.push(byte)))
    out(0x378, 65)
    out(0x37a, 0x0d, 0x0d, 0x0c)
    expect([printed, read(0x379)]).toEqual([[65], 0xdf])
  })
})

describe('keys of a terminal', () => {
  it('are characters and the sequences of arrows; a lone escape is a key', () => {
    expect(keysOf('a\u001b[A\u001bx')).toEqual(['a', '\u001b[A', '\u001b', 'x'])
    expect(scanCodesOf('\u001b[A')).toEqual([0xe0, 0x48, 0xe0, 0xc8])
  })
})

describe('mouse', () => {
  it('answers its commands through the controller, on IRQ 12 where that is on', () => {
    const { out, read, pic, openPic } = bench(new Keyboard())
    openPic()
    out(0x64, 0x60)
    out(0x60, 0x47)
    out(0x64, 0xd4)
    out(0x60, 0xff)
    expect(pic.pendingVector()).toBe(0x2c)
    expect([read(0x64) & 0x21, read(0x60), read(0x60), read(0x60), read(0x64) & 0x21]).toEqual([0x21, 0xfa, 0xaa, 0, 0])
  })
})
