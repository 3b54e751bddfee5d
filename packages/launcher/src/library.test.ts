// What the library offers beside running an image, on each engine that is here.
import { afterEach, describe, expect, it } from 'vitest'
import { readGuests } from '../test/guests.ts'
import { engines, image } from '../test/engines.ts'
import { EngineLimitError, type Vm, type VmExit, createVm } from './index.ts'

/** cli; flat 32-bit protected mode; then `code` at F003:2Ah in 32 bits. */
function protectedImage(...code: number[]): Uint8Array {
  const descriptors = [
    [0, 0, 0, 0, 0, 0, 0, 0],
    [0xff, 0xff, 0, 0, 0, 0x9b, 0xcf, 0],
    [0xff, 0xff, 0, 0, 0, 0x93, 0xcf, 0],
  ]
  const parts = [
    [0xfa, 0x2e, 0x66, 0x0f, 0x01, 0x16, 0x40, 0x00], // cli; lgdtl %cs:0x40
    [0x0f, 0x20, 0xc0, 0x0c, 0x01, 0x0f, 0x22, 0xc0], // CR0.PE
    [0x66, 0xea, 0x60, 0x00, 0x0f, 0x00, 0x08, 0x00], // ljmpl $8, $0xf0060
    new Array<number>(0x40 - 24).fill(0x90),
    [0x17, 0x00, 0x48, 0x00, 0x0f, 0x00, 0x00, 0x00], // GDT register: 3 descriptors at F0048h
    ...descriptors,
    [0xb8, 0x10, 0, 0, 0, 0x8e, 0xd8], // mov $0x10, %eax; mov %eax, %ds
    code,
  ]
  return image(...parts.flat())
}

const le32 = (value: number) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff)
/** mov ADDRESS, %eax */
const load = (address: number) => [0xa1, ...le32(address)]
/** movl $VALUE, ADDRESS */
const store = (address: number, value: number) => [0xc7, 0x05, ...le32(address), ...le32(value)]

let vm: Vm
afterEach(() => vm?.close())

async function collect(exits: AsyncIterable<VmExit>, answer: (exit: VmExit) => void = () => {}): Promise<string[]> {
  const seen: string[] = []
  for await (const exit of exits) {
    answer(exit)
    if (exit.reason === 'io') seen.push(`${exit.direction} ${exit.port.toString(16)}/${exit.size} ${exit.value.toString(16)}`)
    else if (exit.reason === 'mmio') seen.push(`${exit.direction} ${exit.address.toString(16)}/${exit.size} ${exit.value.toString(16)}`)
    else seen.push(exit.reason)
  }
  return seen
}

describe.each(engines)('the library on %s', (engine) => {
  it('gives port accesses as exits, takes answers, and serves claimed ports as ever', async () => {
    vm = await createVm({ engine })
    // in $0x60, %al; out %al, $0x70; out %ax, $0xf1; in (%dx), %eax; hlt
    vm.load(image(0xe4, 0x60, 0xe6, 0x70, 0xe7, 0xf1, 0x66, 0xed, 0xf4))
    vm.setRegisters({ rax: 0x1200n, rdx: 0x300n })
    const claimed: number[] = []
    vm.io.on(0x70, { out: (_port, value) => void claimed.push(value) })
    const seen = await collect(vm.exits({ timeout: 5000 }), (exit) => {
      if (exit.reason === 'io' && exit.direction === 'in') exit.value = exit.size === 1 ? 0x42 : 0xcafebabe
    })
    expect(seen).toEqual(['in 60/1 42', 'out f1/2 1242', 'in 300/4 cafebabe', 'halt'])
    expect(claimed).toEqual([0x42])
    expect(vm.registers.rax & 0xffffffffn).toBe(0xcafebaben)
  })
  it('gives the elements of string instructions one by one', async () => {
    vm = await createVm({ engine })
    // cld; mov $0x200, %di; mov $3, %cx; mov $0x60, %dx; rep insb; mov $0x200, %si; mov $3, %cx; mov $0xf1, %dx; rep outsb; hlt
    vm.load(image(0xfc, 0xbf, 0, 2, 0xb9, 3, 0, 0xba, 0x60, 0, 0xf3, 0x6c, 0xbe, 0, 2, 0xb9, 3, 0, 0xba, 0xf1, 0, 0xf3, 0x6e, 0xf4))
    vm.setRegisters({ rcx: 0n, rdi: 0n, rsi: 0n })
    let next = 0x61
    const seen = await collect(vm.exits({ timeout: 5000 }), (exit) => {
      if (exit.reason === 'io' && exit.direction === 'in') exit.value = next++
    })
    expect(seen).toEqual(['in 60/1 61', 'in 60/1 62', 'in 60/1 63', 'out f1/1 61', 'out f1/1 62', 'out f1/1 63', 'halt'])
    expect([...vm.memory.read(0x200, 4)]).toEqual([0x61, 0x62, 0x63, 0])
  })
  it('tells one execution of an instruction from the next', async () => {
    vm = await createVm({ engine })
    // mov $2, %bx; 1: mov $2, %cx; rep outsb; sub $2, %si; dec %bx; jnz 1b; 2: out %al, $0xf2; loop 2b
    vm.load(
      image(
        0xfc,
        0xba,
        0xf1,
        0,
        0xbb,
        2,
        0,
        0xb9,
        2,
        0,
        0xf3,
        0x6e,
        0x83,
        0xee,
        2,
        0x4b,
        0x75,
        0xf5,
        0xb9,
        2,
        0,
        0xe6,
        0xf2,
        0xe2,
        0xfc,
        0xf4,
      ),
    )
    vm.setRegisters({ rsi: 0n, rax: 7n })
    vm.memory.write(0, Uint8Array.of(1, 2))
    const seen = await collect(vm.exits({ timeout: 5000 }))
    expect(seen).toEqual(['out f1/1 1', 'out f1/1 2', 'out f1/1 1', 'out f1/1 2', 'out f2/1 7', 'out f2/1 7', 'halt'])
  })
  it('hands out thousands of accesses', async () => {
    vm = await createVm({ engine })
    // mov $1000, %cx; 1: in $0x60, %al; out %al, $0xf1; loop 1b; hlt
    vm.load(image(0xb9, 0xe8, 3, 0xe4, 0x60, 0xe6, 0xf1, 0xe2, 0xfa, 0xf4))
    const seen = await collect(vm.exits({ timeout: 20_000 }), (exit) => {
      if (exit.reason === 'io' && exit.direction === 'in') exit.value = 7
    })
    expect([seen.length, seen.at(-2), seen.at(-1)]).toEqual([2001, 'out f1/1 7', 'halt'])
  })
  it('can be left in the middle and goes on from there', async () => {
    vm = await createVm({ engine })
    vm.load(image(0xe4, 0x60, 0xe6, 0xf1, 0xf4))
    for await (const exit of vm.exits()) {
      if (exit.reason === 'io') exit.value = 5
      break
    }
    const written: number[] = []
    vm.io.fallback = { out: (_port, value) => void written.push(value) }
    expect(await vm.run({ timeout: 5000 })).toEqual({ reason: 'halt' })
    expect(written).toEqual([5])
  })
  it('gives MMIO as exits, with answers', async () => {
    vm = await createVm({ engine })
    vm.load(protectedImage(...load(0x9000000), 0xa3, ...le32(0x9000004), 0xf4))
    const seen = await collect(vm.exits({ timeout: 5000 }), (exit) => {
      if (exit.reason === 'mmio' && exit.direction === 'read') exit.value = 0xabcd
    })
    expect(seen).toEqual(['read 9000000/4 abcd', 'write 9000004/4 abcd', 'halt'])
  })
  it('asks each access of one instruction once, and those of its next execution anew', async () => {
    vm = await createVm({ engine })
    // mov $2, %ecx; 1: incl 0x9000000; loop 1b; hlt
    vm.load(protectedImage(0xb9, 2, 0, 0, 0, 0xff, 0x05, ...le32(0x9000000), 0xe2, 0xf8, 0xf4))
    let next = 5
    const seen = await collect(vm.exits({ timeout: 5000 }), (exit) => {
      if (exit.reason === 'mmio' && exit.direction === 'read') exit.value = next++
    })
    expect(seen).toEqual(['read 9000000/4 5', 'write 9000000/4 6', 'read 9000000/4 6', 'write 9000000/4 7', 'halt'])
  })
  it('stops from a handler of memory in compiled code with the registers of the guest', async () => {
    vm = await createVm({ engine })
    // xor %ecx, %ecx; 1: inc %ecx; mov %eax, 0x9000000; jmp 1b
    vm.load(protectedImage(0x31, 0xc9, 0x41, 0xa3, ...le32(0x9000000), 0xeb, 0xf8))
    let writes = 0
    vm.mmio.on([0x9000000, 0x9000fff], {
      write: () => {
        writes++
        if (writes === 40_000) vm.stop(3)
      },
    })
    expect(await vm.run({ timeout: 60_000 })).toEqual({ reason: 'stopped', code: 3 })
    expect(Number(vm.registers.rcx) - writes).toBeLessThan(2)
    expect(Number(vm.registers.rcx)).toBeGreaterThanOrEqual(writes)
  }, 90_000)
  it('calls back around the stays in the guest, where registers can be read and changed', async () => {
    vm = await createVm({ engine })
    // out %al, $0xf1; hlt
    vm.load(image(0xe6, 0xf1, 0xf4))
    const called: string[] = []
    Object.assign(vm.callbacks, {
      preRun: () => {
        if (called.length === 0) vm.setRegisters({ rax: 0x41n })
        called.push('pre')
      },
      postRun: () => void called.push('post'),
      halt: () => void called.push(`halt with ${vm.registers.rax & 0xffn}`),
    })
    vm.io.on(0xf1, { out: (_port, value) => void called.push(`out ${value}`) })
    expect(await vm.run({ timeout: 5000 })).toEqual({ reason: 'halt' })
    expect(called.filter((name) => name !== 'pre' && name !== 'post')).toEqual(['out 65', 'halt with 65'])
    expect([called[0], called.filter((name) => name === 'pre').length]).toEqual(['pre', called.filter((name) => name === 'post').length])
    expect(() => vm.registers).not.toThrow()
  })
  it('tells of a triple fault, and rejects with what a callback throws', async () => {
    vm = await createVm({ engine })
    let told = 0
    vm.callbacks.shutdown = () => void told++
    vm.load(readGuests().find(({ name }) => name === 'triple-fault')?.image as Uint8Array)
    expect((await vm.run({ timeout: 5000 })).reason).toBe('shutdown')
    expect(told).toBe(1)
    const other = await createVm({ engine })
    other.load(image(0xf4))
    other.callbacks.preRun = () => {
      throw new Error('not today')
    }
    await expect(other.run({ timeout: 5000 })).rejects.toThrow('not today')
    other.close()
  })
  it('maps memory beside RAM: its own, read-only, and RAM shown twice', async () => {
    vm = await createVm({ engine })
    const own = vm.mapMemory(0x4000000, { size: 0x1000 })
    const readOnly = vm.mapMemory(0x5000000, { size: 0x1000 }, { readOnly: true })
    vm.mapMemory(0x6000000, { alias: 0x8000, size: 0x1000 })
    readOnly.bytes.set(le32(0x11111111))
    vm.memory.write(0x8000, Uint8Array.from(le32(0x22222222)))
    vm.load(protectedImage(...store(0x4000010, 0x33), ...store(0x5000000, 0x44), ...store(0x6000004, 0x55), ...load(0x6000000), 0xf4))
    expect(await vm.run({ timeout: 5000 })).toEqual({ reason: 'halt' })
    expect(own.bytes[0x10]).toBe(0x33)
    expect(readOnly.bytes[0]).toBe(0x11)
    expect(vm.memory.read(0x8004, 1)[0]).toBe(0x55)
    expect(vm.registers.rax).toBe(0x22222222n)
  })
  it('refuses mappings that cannot be', async () => {
    vm = await createVm({ engine })
    expect(() => vm.mapMemory(0x4000001, { size: 0x1000 })).toThrow('not a multiple of 4096')
    expect(() => vm.mapMemory(0x4000000, { size: 0 })).toThrow(RangeError)
    expect(() => vm.mapMemory(0x4000000, { alias: 16 << 20, size: 0x1000 })).toThrow('beyond it')
  })
  it('ends a run at a number of exits', async () => {
    vm = await createVm({ engine })
    vm.load(image(0xe4, 0x60, 0xeb, 0xfc))
    expect(await vm.run({ maxExits: 500, timeout: 5000 })).toEqual({ reason: 'limit', limit: 'exits' })
    expect(vm.stats().exits).toBeGreaterThanOrEqual(500)
    expect(await vm.run({ maxExits: 500, timeout: 5000 })).toEqual({ reason: 'limit', limit: 'exits' })
  })
  it('reads and writes floating-point registers', async () => {
    vm = await createVm({ engine })
    const state = vm.cpu.floatingPoint
    expect(state.length).toBe(416)
    state.set([1, 2, 3, 4], 152)
    vm.cpu.setFloatingPoint(state)
    expect([...vm.cpu.floatingPoint.subarray(152, 156)]).toEqual([1, 2, 3, 4])
    expect(() => vm.cpu.setFloatingPoint(new Uint8Array(4))).toThrow('416 bytes')
  })
  it('translates linear addresses as they are without paging', async () => {
    vm = await createVm({ engine })
    expect(vm.cpu.translate(0x12345n)).toMatchObject({ physicalAddress: 0x12345n })
  })
  it('runs several machines at once, each with its own memory', async () => {
    const machines = await Promise.all(Array.from({ length: 8 }, () => createVm({ engine })))
    try {
      const outputs = await Promise.all(
        machines.map(async (machine, index) => {
          let output = ''
          machine.io.on(0xf1, { out: (_port, value) => void (output += String.fromCharCode(value)) })
          machine.load(image(0xb0, 0x61 + index, 0xe6, 0xf1, 0xf4))
          await machine.run({ timeout: 10_000 })
          return output
        }),
      )
      expect(outputs).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
    } finally {
      for (const machine of machines) machine.close()
    }
  })
})

describe.skipIf(!engines.includes('kvm'))('what only KVM has', () => {
  it('model-specific registers', async () => {
    vm = await createVm({ engine: 'kvm' })
    vm.cpu.writeMsr(0x174, 0x10n) // IA32_SYSENTER_CS
    expect(vm.cpu.readMsr(0x174)).toBe(0x10n)
    expect(() => vm.cpu.readMsr(0xdead)).toThrow(RangeError)
  })
  it('an answer of CPUID that the host program chooses', async () => {
    vm = await createVm({ engine: 'kvm' })
    vm.cpu.setCpuid([
      { leaf: 0, eax: 1, ebx: 0x4b4b4b4b, ecx: 0x42424242, edx: 0x58585858 },
      ...vm.cpu.cpuid.filter(({ leaf }) => leaf !== 0),
    ])
    vm.load(image(0x66, 0x31, 0xc0, 0x0f, 0xa2, 0xf4)) // xor %eax, %eax; cpuid; hlt
    await vm.run({ timeout: 5000 })
    expect(vm.registers.rbx).toBe(0x4b4b4b4bn)
  })
  it('read-only memory over RAM, whose writes are MMIO', async () => {
    vm = await createVm({ engine: 'kvm' })
    const rom = vm.mapMemory(0x20000, { size: 0x1000 }, { readOnly: true })
    rom.bytes[0] = 0x99
    vm.load(protectedImage(...store(0x20000, 0x12345678), ...load(0x20000), 0xf4))
    const seen = await collect(vm.exits({ timeout: 5000 }))
    expect(seen).toEqual(['write 20000/4 12345678', 'halt'])
    expect(vm.registers.rax).toBe(0x99n)
    rom.unmap()
    expect(vm.memory.read(0x20000, 1)[0]).toBe(0)
  })
  it("KVM's own interrupt controllers end a halted guest and refuse vectors", async () => {
    vm = await createVm({ engine: 'kvm', irqchip: 'kernel' })
    vm.load(image(0xb0, 0x2a, 0xe6, 0xf1, 0xfa, 0xf4))
    const written: number[] = []
    vm.io.on(0xf1, { out: (_port, value) => void written.push(value) })
    expect(await vm.run({ timeout: 5000 })).toEqual({ reason: 'halt' })
    expect(written).toEqual([0x2a])
    expect(() => vm.interrupt(8)).toThrow(EngineLimitError)
  })
  it('refuses machines that cannot be', async () => {
    await expect(createVm({ cpus: 0 })).rejects.toThrow(RangeError)
    await expect(createVm({ cpus: 2, irqchip: 'user' })).rejects.toThrow(RangeError)
    await expect(createVm({ cpus: 2, engine: 'software' })).rejects.toThrow(RangeError)
  })
})

describe('what the software engine says that it lacks', () => {
  it('model-specific registers, CPUID, NMI; and KVM the count of instructions', async () => {
    vm = await createVm({ engine: 'software' })
    expect(() => vm.cpu.readMsr(0x174)).toThrow(EngineLimitError)
    expect(() => vm.cpu.cpuid).toThrow(EngineLimitError)
    expect(() => vm.nmi()).toThrow(EngineLimitError)
    expect(() => vm.mapMemory(0, { size: 0x1000 })).toThrow("above the guest's own only")
    vm.load(image(0xeb, 0xfe))
    expect(await vm.run({ maxInstructions: 100_000, timeout: 10_000 })).toEqual({ reason: 'limit', limit: 'instructions' })
  })
})
