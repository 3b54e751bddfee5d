import { describe, expect, it } from 'vitest'
import { IoBus } from '../io-bus.ts'
import { MmioBus } from '../mmio-bus.ts'
import { Apics } from './apics.ts'
import type { Board } from './device.ts'
import { Pci } from './pci.ts'
import { Pic } from './pic.ts'

const local = 0xfee00000
const io = 0xfec00000

function bench() {
  const apics = new Apics(new Pic())
  const timers: (() => number)[] = []
  const state = { timeInMs: 0 }
  const board: Board = {
    io: new IoBus(),
    mmio: new MmioBus(),
    clock: { now: () => state.timeInMs, wallTime: () => 0 },
    memorySizeInBytes: 0,
    memoryView: () => new Uint8Array(0),
    writeMemory: () => {},
    irq: (line) => apics.line(line),
    addTimer: (timer) => void timers.push(timer),
    stop: () => {},
    a20: () => {},
    reset: () => {},
    wake: () => {},
  }
  apics.attach(board)
  const write = (offset: number, value: number) => board.mmio.write(local + offset, value, 4)
  const read = (offset: number) => board.mmio.read(local + offset, 4)
  const redirect = (input: number, low: number) => {
    board.mmio.write(io, 0x10 + 2 * input, 4)
    board.mmio.write(io + 0x10, low, 4)
  }
  const entry = (input: number) => {
    board.mmio.write(io, 0x10 + 2 * input, 4)
    return board.mmio.read(io + 0x10, 4)
  }
  const endOfInterrupt = () => write(0xb0, 0)
  return { apics, board, state, write, read, redirect, entry, endOfInterrupt, runTimers: () => Math.min(...timers.map((timer) => timer())) }
}

describe('local APIC', () => {
  it('lets the 8259 through as the BIOS leaves it, and not with LINT0 masked', () => {
    const { apics, board, write } = bench()
    for (const [port, value] of [
      [0x20, 0x11],
      [0x21, 8],
      [0x21, 4],
      [0x21, 1],
      [0x21, 0],
    ] as const)
      board.io.write(port, value, 1)
    apics.line(1).set(true)
    expect(apics.pendingVector()).toBe(9)
    write(0x350, 0x10000)
    expect(apics.pendingVector()).toBe(-1)
  })
  it('gives vectors by their class and holds back what is not above the one in service or the task priority', () => {
    const { apics, write, read, endOfInterrupt } = bench()
    write(0x350, 0x10000)
    write(0x300, 0x44041) // to itself
    write(0x300, 0x44052)
    expect([apics.acknowledge(), apics.pendingVector(), read(0x120)]).toEqual([0x52, -1, 0x40000])
    endOfInterrupt()
    write(0x80, 0x40)
    expect([apics.pendingVector(), read(0x220)]).toEqual([-1, 2])
    write(0x80, 0)
    expect(apics.acknowledge()).toBe(0x41)
  })
  it('counts its timer down, once or again and again, in the time of its divider', () => {
    const { apics, state, write, read, runTimers, endOfInterrupt } = bench()
    write(0x350, 0x10000)
    write(0x3e0, 0xb) // by 1: a tick a nanosecond
    write(0x320, 0x20030)
    write(0x380, 2_000_000)
    state.timeInMs = 0.5
    expect([runTimers(), read(0x390), apics.pendingVector()]).toEqual([1.5, 1_500_000, -1])
    state.timeInMs = 2
    runTimers()
    expect(apics.acknowledge()).toBe(0x30)
    endOfInterrupt()
    write(0x3e0, 0) // by 2, once
    write(0x320, 0x31)
    write(0x380, 1_000_000)
    state.timeInMs = 4
    expect([runTimers(), apics.acknowledge(), read(0x390)]).toEqual([Number.POSITIVE_INFINITY, 0x31, 0])
  })
  it('sends nothing to CPUs that are not there, and masks its inputs when it is switched off', () => {
    const { apics, write, read } = bench()
    write(0x300, 0xc4500)
    write(0x310, 0x01000000)
    write(0x300, 0x4033)
    expect([read(0x300) & 0x1000, apics.pendingVector()]).toEqual([0, -1])
    write(0xf0, 0xff)
    expect(read(0x350) & 0x10000).toBe(0x10000)
  })
})

describe('I/O APIC', () => {
  it('raises the vector of an input for each edge, line 0 on input 2', () => {
    const { apics, board, write, redirect, endOfInterrupt } = bench()
    write(0x350, 0x10000)
    redirect(2, 0x60)
    board.irq(0).pulse()
    expect(apics.acknowledge()).toBe(0x60)
    expect(apics.pendingVector()).toBe(-1)
    endOfInterrupt()
    board.irq(0).pulse()
    expect(apics.pendingVector()).toBe(0x60)
  })
  it('raises a level again at the end of the interrupt while the line is high', () => {
    const { apics, board, write, redirect, entry, endOfInterrupt } = bench()
    write(0x350, 0x10000)
    redirect(11, 0x8061)
    board.irq(11).set(true)
    expect([apics.acknowledge(), entry(11) & 0x4000, apics.pendingVector()]).toEqual([0x61, 0x4000, -1])
    endOfInterrupt()
    expect(apics.acknowledge()).toBe(0x61)
    board.irq(11).set(false)
    endOfInterrupt()
    expect([apics.pendingVector(), entry(11) & 0x4000]).toEqual([-1, 0])
  })
  it('comes back with its local APIC from a saved state', () => {
    const { apics, board, write, redirect } = bench()
    write(0x350, 0x10000)
    redirect(5, 0x62)
    board.irq(5).set(true)
    const other = bench()
    other.apics.restore(JSON.parse(JSON.stringify(apics.save())))
    expect([other.apics.pendingVector(), other.entry(5)]).toEqual([0x62, 0x62])
  })
})

describe('PCI configuration space', () => {
  it('answers for the functions of a PC, by bytes, words and double words, and with all ones elsewhere', () => {
    const { board } = bench()
    const pci = new Pci()
    pci.attach(board)
    const config = (address: number, port = 0xcfc, size: 1 | 2 | 4 = 4) => {
      board.io.write(0xcf8, address, 4)
      return board.io.read(port, size)
    }
    expect(config(0x80000000)).toBe(0x12378086)
    expect([config(0x80000800, 0xcfe, 2), config(0x8000080c, 0xcfe, 1)]).toEqual([0x7000, 0x80])
    expect([config(0x80001800), config(0x80010000), config(0)]).toEqual([0xffffffff, 0xffffffff, 0xffffffff])
    config(0x8000093c)
    board.io.write(0xcfc, 14, 1)
    expect(config(0x8000093c)).toBe(14)
  })
})
