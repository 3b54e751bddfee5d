// Images that nobody wrote: random bytes, code that hammers ports or memory, files with headers that lie. Enters: random numbers. Leaves: a file and how
// it is started.
import type { BootFormat } from '@kernelbox/launcher'
import type { Random } from '../fuzz/random.ts'

export interface RandomImage {
  readonly kind: string
  readonly bytes: Uint8Array
  readonly format: BootFormat | undefined
  readonly memoryInMiB: number
  readonly machine: 'article' | 'pc' | 'testdev'
  readonly keys: string
}

const kinds = ['bytes', 'ports', 'state', 'memory', 'boot', 'elf', 'multiboot', 'multiboot2', 'any'] as const

function noise(random: Random, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, () => random.below(256))
}

const le = (value: number, size: number) => Array.from({ length: size }, (_, at) => Math.floor(value / 2 ** (8 * at)) & 0xff)

/** Code at the start of the last 64 KiB of the first MiB, and the way there from the reset vector. */
function flat(code: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(0x10000)
  bytes.set(code.slice(0, 0xfff0))
  bytes.set([0xea, 0, 0, 0, 0xf0], 0xfff0)
  return bytes
}

/** mov $port, %dx; mov $value, %eax; then IN, OUT, INS or OUTS of some size, perhaps repeated; from the beginning again. */
function hammerPorts(random: Random): number[] {
  const code: number[] = []
  const interesting = [0x20, 0x21, 0x40, 0x43, 0x60, 0x61, 0x64, 0x70, 0x71, 0x92, 0xa0, 0xa1, 0xcf8, 0x1f0, 0x1f6, 0x1f7, 0x378, 0x37a]
  const more = [
    0x3c0, 0x3c9, 0x3cf, 0x3d4, 0x3d5, 0x3da, 0x3f6, 0x3f8, 0x3f9, 0x3fa, 0x3fb, 0x3fc, 0x4d0, 0x5d0, 0x5d4, 0x5d8, 0x5dc, 0x5de, 0xe9,
    0xf1,
  ]
  for (let i = 0; i < 200; i++) {
    const port = random.chance(0.8) ? random.pick([...interesting, ...more]) : random.below(0x10000)
    const value = random.chance(0.5) ? random.below(256) : random.below(0x100000000)
    const access = random.pick([0xec, 0xed, 0xee, 0xef, 0x6c, 0x6d, 0x6e, 0x6f])
    code.push(0xba, ...le(port, 2), 0x66, 0xb8, ...le(value, 4), 0xb9, ...le(random.below(64), 2))
    if (random.chance(0.3)) code.push(0x66)
    if (access < 0x70 && random.chance(0.5)) code.push(0xf3)
    code.push(access)
    if (random.chance(0.05)) code.push(random.pick([0xfb, 0xfa]))
  }
  return [...code, 0xe9, ...le(0x10000 - code.length - 3, 2)]
}

/** Instructions that change what the CPU is: control registers, tables, modes, far jumps, MSRs. */
function changeState(random: Random): number[] {
  const code: number[] = []
  const pieces: (() => number[])[] = [
    () => [0x66, 0xb8, ...le(random.below(0x100000000), 4), 0x0f, 0x22, random.pick([0xc0, 0xd8, 0xe0])],
    () => [0x0f, 0x20, 0xc0, 0x66, 0x83, 0xc8, random.pick([1, 3, 9]), 0x0f, 0x22, 0xc0],
    () => [0x2e, 0x0f, 0x01, random.pick([0x16, 0x1e]), ...le(random.below(0x1000), 2)],
    () => [0xea, ...le(random.below(0x400), 2), ...le(random.pick([0xf000, 8, 0x10, random.below(0x10000)]), 2)],
    () => [0xb8, ...le(random.below(0x10000), 2), 0x8e, random.pick([0xc0, 0xd0, 0xd8, 0xe0, 0xe8])],
    () => [0x66, 0xb9, ...le(random.pick([0xc0000080, 0x1b, 0x174, random.below(0x100000000)]), 4), 0x0f, random.pick([0x30, 0x32])],
    () => [0xcd, random.below(256)],
    () => [0x9d, 0xcf, 0xcb, 0xf4, 0xfb].slice(random.below(5), random.below(5) + 1),
    () => [0x0f, 0x00, random.pick([0xd0, 0xd8, 0xe0])],
    () => [...noise(random, 4)],
  ]
  while (code.length < 600) code.push(...random.pick(pieces)())
  return code
}

/** Flat protected mode, then loads and stores all over the 32-bit space, MMIO and jumps included. */
function reachFar(random: Random): number[] {
  const head = [
    [0xfa, 0x2e, 0x66, 0x0f, 0x01, 0x16, 0x20, 0x00, 0x0f, 0x20, 0xc0, 0x0c, 0x01, 0x0f, 0x22, 0xc0],
    [0x66, 0xea, 0x40, 0x00, 0x0f, 0x00, 0x08, 0x00, ...new Array<number>(8).fill(0x90)],
    [0x17, 0x00, 0x28, 0x00, 0x0f, 0x00, 0x00, 0x00, ...new Array<number>(8).fill(0)],
    [0xff, 0xff, 0, 0, 0, 0x9b, 0xcf, 0, 0xff, 0xff, 0, 0, 0, 0x93, 0xcf, 0],
    [0x66, 0xb8, 0x10, 0x00, 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0],
  ].flat()
  const code: number[] = []
  for (let i = 0; i < 150; i++) {
    const address = random.pick([
      random.below(0x100000000),
      0xffffffff - random.below(16),
      0xfee00000 + random.below(0x400),
      0xa0000 + random.below(0x20000),
    ])
    const access = random.pick([[0xa1], [0xa3], [0x66, 0xa1], [0xa0], [0xa2], [0xff, 0x05], [0xdd, 0x05], [0x0f, 0xae, 0x05]])
    code.push(...access, ...le(address, 4))
    if (random.chance(0.02)) code.push(0xb8, ...le(address, 4), 0xff, 0xe0)
  }
  return [...head, ...code, 0xf4]
}

function bootSector(random: Random): Uint8Array {
  const bytes = noise(random, 512 * (1 + random.below(8)))
  if (random.chance(0.7)) {
    // Calls of the BIOS with random registers.
    const code: number[] = []
    while (code.length < 480) {
      for (const register of [0xb8, 0xbb, 0xb9, 0xba, 0xbe, 0xbf]) code.push(register, ...le(random.below(0x10000), 2))
      code.push(0xb4, random.below(0x20), 0xcd, random.pick([0x10, 0x10, 0x11, 0x12, 0x13, 0x13, 0x14, 0x15, 0x15, 0x17, 0x1a]))
    }
    bytes.set(code.slice(0, 505))
    bytes.set([0xe9, ...le(0x10000 - 508, 2)], 505)
  }
  bytes.set([0x55, 0xaa], 510)
  return bytes
}

function elf(random: Random): Uint8Array {
  const bytes = noise(random, 256 + random.below(4096))
  const isWide = random.chance(0.4)
  const header = [0x7f, 0x45, 0x4c, 0x46, isWide ? 2 : 1, 1, 1, 0, ...le(0, 8), 2, 0, ...le(isWide ? 62 : 3, 2), 1, 0, 0, 0]
  const word = (value: number) => le(value, isWide ? 8 : 4)
  const address = random.chance(0.5) ? 0x100000 : random.below(0x100000000)
  header.push(...word(address), ...word(isWide ? 64 : 52), ...word(0), ...le(0, 4), ...le(isWide ? 64 : 52, 2), ...le(isWide ? 56 : 32, 2))
  header.push(...le(random.chance(0.9) ? 1 : random.below(0x10000), 2), ...le(0, 6))
  const size = random.chance(0.8) ? bytes.length : random.below(0x100000000)
  const program = isWide
    ? [
        ...le(1, 4),
        ...le(7, 4),
        ...word(0),
        ...word(address),
        ...word(address),
        ...word(size),
        ...word(size + random.below(65_536)),
        ...word(4096),
      ]
    : [
        ...le(1, 4),
        ...word(0),
        ...word(address),
        ...word(address),
        ...word(size),
        ...word(size + random.below(65_536)),
        ...le(7, 4),
        ...word(4096),
      ]
  bytes.set([...header, ...program].slice(0, bytes.length))
  return bytes
}

function multiboot(random: Random, version: 1 | 2): Uint8Array {
  const bytes = noise(random, 512 + random.below(8192))
  if (version === 2) {
    const length = random.pick([16, 24, 48, random.below(0x10000)])
    bytes.set(
      [0xe85250d6, 0, length, 0x100000000 - ((0xe85250d6 + length) % 0x100000000)].flatMap((value) => le(value, 4)),
      8 * random.below(8),
    )
    return bytes
  }
  const flags = random.pick([0, 3, 0x10000, 0x10003, random.below(0x20000)])
  const load = random.chance(0.7) ? 0x100000 : random.below(0x100000000)
  const fields = [
    0x1badb002,
    flags,
    0x200000000 - 0x1badb002 - flags,
    load,
    load,
    random.chance(0.5) ? 0 : load + 4096,
    random.chance(0.5) ? 0 : load + 65_536,
    load + 32,
  ]
  bytes.set(
    fields.flatMap((value) => le(value, 4)),
    0,
  )
  return bytes
}

export function randomImage(random: Random): RandomImage {
  const kind = random.pick(kinds)
  const machine = random.pick(['article', 'pc', 'pc', 'testdev'] as const)
  const base = { kind, machine, memoryInMiB: random.pick([1, 1, 2, 16]), keys: random.chance(0.3) ? 'ab\n' : '' }
  switch (kind) {
    case 'bytes':
      return { ...base, bytes: flat([...noise(random, 2048)]), format: 'flat' }
    case 'ports':
      return { ...base, bytes: flat(hammerPorts(random)), format: 'flat' }
    case 'state':
      return { ...base, bytes: flat(changeState(random)), format: 'flat' }
    case 'memory':
      return { ...base, bytes: flat(reachFar(random)), format: 'flat' }
    case 'boot':
      return { ...base, machine: 'pc', bytes: bootSector(random), format: 'boot' }
    case 'elf':
      return { ...base, bytes: elf(random), format: 'elf' }
    case 'multiboot':
      return { ...base, bytes: multiboot(random, 1), format: 'multiboot' }
    case 'multiboot2':
      return { ...base, bytes: multiboot(random, 2), format: 'multiboot' }
    case 'any':
      return { ...base, bytes: noise(random, 1 + random.below(70_000)), format: undefined }
  }
}
