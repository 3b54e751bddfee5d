import { readdirSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { engines, image } from '../test/engines.ts'
import { type Vm, attachPc, createVm } from './index.ts'

const spin = image(0xeb, 0xfe)
const halt = image(0xf4)

let vm: Vm
afterEach(() => vm?.close())

describe.each(engines)('a machine on %s', (engine) => {
  it('starts at F000:FFF0 in real mode', async () => {
    vm = await createVm({ engine })
    const { segments, rip, cr0, rflags } = vm.registers
    expect([segments.cs.selector, segments.cs.base, rip, cr0 & 1n, rflags & 0x200n]).toEqual([0xf000, 0xf0000, 0xfff0n, 0n, 0n])
  })
  it('shows the registers after HLT and takes changes', async () => {
    vm = await createVm({ engine })
    vm.load(image(0x01, 0xd8, 0xf4)) // add %bx, %ax; hlt
    vm.setRegisters({ rax: 40n, rbx: 2n })
    expect(await vm.run()).toEqual({ reason: 'halt' })
    expect(vm.registers.rax & 0xffffn).toBe(42n)
    expect(vm.registers.rip).toBe(3n)
  })
  it('goes on after HLT when run again', async () => {
    vm = await createVm({ engine })
    vm.load(image(0x40, 0xf4, 0x40, 0xf4)) // inc %ax; hlt; inc %ax; hlt
    vm.setRegisters({ rax: 0n })
    await vm.run()
    await vm.run()
    expect(vm.registers.rax & 0xffffn).toBe(2n)
  })
  it('ends an endless guest by timeout and by signal, soon', async () => {
    vm = await createVm({ engine })
    vm.load(spin)
    let start = performance.now()
    expect(await vm.run({ timeout: 50 })).toEqual({ reason: 'timeout' })
    // 100 ms on a quiet machine; the test runs beside others.
    expect(performance.now() - start).toBeLessThan(600)
    const controller = new AbortController()
    start = performance.now()
    setTimeout(() => controller.abort(), 50)
    expect(await vm.run({ signal: controller.signal })).toEqual({ reason: 'aborted' })
    expect(performance.now() - start).toBeLessThan(600)
    expect(await vm.run({ signal: controller.signal })).toEqual({ reason: 'aborted' })
  })
  it('waits in HLT without using the CPU', async () => {
    vm = await createVm({ engine })
    vm.load(halt)
    const before = process.cpuUsage()
    expect(await vm.run({ timeout: 1000, onHalt: 'wait' })).toEqual({ reason: 'timeout' })
    const { user, system } = process.cpuUsage(before)
    // A loop would take all of the second; vitest's own threads take some of it.
    expect((user + system) / 1000).toBeLessThan(700)
  })
  it.each([
    ['computes', [0xeb, 0xfe]],
    ['writes ports', [0xe6, 0xf1, 0xeb, 0xfc]],
    ['reads ports', [0xe4, 0x60, 0xeb, 0xfc]],
  ])('serves the event loop while the guest %s', async (_name, code) => {
    vm = await createVm({ engine })
    vm.load(image(...code))
    await vm.run({ timeout: 200 }) // the JIT compilers' warm-up
    // By the process's own time: what other processes take says nothing about us.
    const spentInMs = () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1000
    }
    const gaps: number[] = []
    let last = spentInMs()
    const timer = setInterval(() => {
      const now = spentInMs()
      gaps.push(now - last)
      last = now
    }, 1)
    await vm.run({ timeout: 600 })
    clearInterval(timer)
    gaps.sort((a, b) => a - b)
    expect(gaps.length).toBeGreaterThan(2)
    expect(gaps[gaps.length >> 1]).toBeLessThan(50)
  })
  it('runs several machines at once', async () => {
    const vms = await Promise.all(Array.from({ length: 8 }, () => createVm({ engine, memory: 1 << 20 })))
    const outputs = vms.map(() => '')
    for (const [index, one] of vms.entries()) {
      one.io.on(0xf1, {
        out: (_port, value) => {
          outputs[index] += String.fromCharCode(value)
        },
      })
      one.load(image(0xb0, 0x61 + index, 0xe6, 0xf1, 0xeb, 0xfe)) // mov $'a' + index, %al; outb; jmp .
    }
    const exits = await Promise.all(vms.map((one) => one.run({ timeout: 1000 })))
    for (const one of vms) one.close()
    expect(outputs).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
    expect(new Set(exits.map((exit) => exit.reason))).toEqual(new Set(['timeout']))
  })
  it('passes on what a handler throws, and can go on', async () => {
    vm = await createVm({ engine })
    vm.load(image(0xe4, 0x60, 0xf4)) // in $0x60, %al; hlt
    let times = 0
    vm.io.on(0x60, {
      in: () => {
        times++
        throw new Error('handler')
      },
    })
    await expect(vm.run()).rejects.toThrow('handler')
    expect(times).toBe(1)
  })
  it('counts exits by port and direction', async () => {
    vm = await createVm({ engine })
    vm.load(image(0xe6, 0xf1, 0xe6, 0xf1, 0xe4, 0x60, 0xf4))
    await vm.run()
    const { ports, exitsByReason, exits } = vm.stats()
    expect(ports).toMatchObject([
      { port: 0x60, direction: 'in', exits: 1, accesses: 1 },
      { port: 0xf1, direction: 'out', exits: 2, accesses: 2 },
    ])
    expect(exitsByReason).toMatchObject({ io: 3, hlt: 1 })
    expect(exits).toBe(4)
  })
  it('goes back to a snapshot, devices included', async () => {
    vm = await createVm({ engine, memory: 1 << 20 })
    const pc = attachPc(vm)
    // in $0x60, %al; mov %al, 0x500; hlt
    vm.load(image(0x31, 0xc0, 0x8e, 0xd8, 0xe4, 0x60, 0xa2, 0x00, 0x05, 0xf4))
    pc.keyboard.type('a')
    const start = vm.snapshot()
    await vm.run()
    expect(vm.memory.read(0x500, 1)[0]).toBe(0x1e)
    const end = vm.registers.rip
    vm.restore(start)
    expect(vm.memory.read(0x500, 1)[0]).toBe(0)
    expect(vm.registers.rip).toBe(0xfff0n)
    await vm.run()
    expect([vm.memory.read(0x500, 1)[0], vm.registers.rip]).toEqual([0x1e, end])
    const other = await createVm({ engine, memory: 2 << 20 })
    expect(() => other.restore(start)).toThrow(RangeError)
    other.close()
  })
  it('refuses what cannot be', async () => {
    await expect(createVm({ engine, memory: 12345 })).rejects.toThrow(RangeError)
    vm = await createVm({ engine, memory: 1 << 20 })
    expect(() => vm.load(new Uint8Array(0x10001))).toThrow(/do not fit/)
    expect(() => vm.io.on(0x10000, {})).toThrow(RangeError)
    vm.io.on([0x60, 0x64], {})
    expect(() => vm.io.on(0x62, {})).toThrow(/has a handler/)
    const running = vm.run({ timeout: 20 })
    expect(() => vm.close()).toThrow(/running/)
    await running
    vm.close()
    expect(() => vm.load(halt)).toThrow(/closed/)
    vm.close()
  })
})

describe('a deterministic machine', () => {
  it('does the same each time, interrupts of its timer included', async () => {
    const { readGuests } = await import('../test/guests.ts')
    const guest = readGuests().find(({ name }) => name === 'pit-ticks')
    const runs: string[] = []
    for (let i = 0; i < 2; i++) {
      vm = await createVm({ software: { deterministic: true } })
      const trace: string[] = []
      attachPc(vm)
      vm.io.on(0xf1, { out: (_port, value) => trace.push(`${value} at ${vm.stats().instructions}`) })
      vm.load(guest?.image as Uint8Array)
      expect(await vm.run({ timeout: 5000 })).toEqual({ reason: 'halt' })
      runs.push(`${trace.join(' ')} end ${vm.stats().instructions} ${vm.registers.rip}`)
      vm.close()
    }
    expect(runs[0]).toContain('116 at')
    expect(runs[1]).toBe(runs[0])
  })
})

describe.skipIf(!engines.includes('kvm'))('KVM', () => {
  it('leaves no descriptor after a thousand machines', async () => {
    const before = readdirSync('/proc/self/fd').length
    for (let i = 0; i < 1000; i++) {
      const one = await createVm({ engine: 'kvm', memory: 1 << 20 })
      one.load(halt)
      await one.run()
      one.close()
    }
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before + 2)
  })
  it('gathers many writes of one port into few exits', async () => {
    vm = await createVm({ engine: 'kvm' })
    vm.load(image(0xb9, 0x20, 0x4e, 0xe6, 0xf1, 0xe2, 0xfc, 0xf4)) // mov $20000, %cx; 1: outb; loop 1b; hlt
    let writes = 0
    vm.io.on(0xf1, { posted: true, out: () => writes++ })
    await vm.run()
    expect(writes).toBe(20_000)
    expect(vm.stats().exits).toBeLessThan(20_000)
  })
})
