// v86 answers the ports of its own 8259 inside its WebAssembly and never asks for them. Here all ports are the machine's, so the jump
// tables of io_port_read8 and io_port_write8 that look for 20h, A0h and 4D0h are pointed at their default, which asks. And it looks at the
// clock after 100,003 instructions only, which with port accesses holds the event loop for long: now after 16,000. The pointer of its stack is exported,
// because what ends a run by a throw leaves its frames there. And the machine's APICs are devices as others, not v86's.
// Enters: v86.wasm of the pinned version (0.5.462). Leaves: the patched bytes. The patterns occur exactly once or twice in it.

interface Patch {
  readonly from: readonly number[]
  readonly to: readonly number[]
  readonly times: number
}

/** local.get 0; i32.const -port; i32.add; br_table with two targets and a default. */
function jumpTable(constant: readonly number[], first: number, second: number, other: number, times: number): Patch {
  const head = [0x20, 0x00, 0x41, ...constant, 0x6a, 0x0e, 0x02]
  return { from: [...head, first, second, other], to: [...head, other, other, other], times }
}

const patches: readonly Patch[] = [
  jumpTable([0x60], 1, 2, 0, 2), // 20h, 21h: read and write
  jumpTable([0xe0, 0x7e], 3, 4, 0, 2), // A0h, A1h: read and write
  jumpTable([0xb0, 0x76], 5, 6, 0, 1), // 4D0h, 4D1h: read
  jumpTable([0xb0, 0x76], 4, 5, 6, 1), // 4D0h, 4D1h: write
]

/** i32.const 100003; i32.lt_u; br_if 0 becomes i32.const 16000; … */
const cyclesFrom = [0x41, 0xa3, 0x8d, 0x06, 0x49, 0x0d, 0x00]
const cyclesTo = [0x41, 0x80, 0xfd, 0x00, 0x49, 0x0d, 0x00]

/** Throws where the file is not the version that the patterns were taken from. */
export function patchV86(wasm: Uint8Array): Uint8Array<ArrayBuffer> {
  const patched = Uint8Array.from(wasm)
  const found = patches.map(() => 0)
  // 0Eh 02h (br_table with two targets) is rarer than what stands before it.
  for (let at = patched.indexOf(0x0e); at >= 0; at = patched.indexOf(0x0e, at + 1)) {
    if (patched[at + 1] !== 0x02) continue
    for (const [index, { from, to }] of patches.entries()) {
      const start = at - (from.length - 5)
      if (!from.every((byte, offset) => patched[start + offset] === byte)) continue
      patched.set(to, start)
      found[index] = (found[index] as number) + 1
      break
    }
  }
  let cycles = 0
  for (let at = patched.indexOf(0xa3); at >= 0; at = patched.indexOf(0xa3, at + 1)) {
    if (!cyclesFrom.every((byte, offset) => patched[at - 1 + offset] === byte)) continue
    patched.set(cyclesTo, at - 1)
    cycles++
  }
  const apics = seeThrough(patched, ioApicPage) + seeThrough(patched, localApicPage)
  if (apics !== apicComparisons || cycles !== 1 || patches.some(({ times }, index) => found[index] !== times))
    throw new Error('v86.wasm is not that of v86 0.5.462')
  return exportStackPointer(patched)
}

/** FEC00000h and FEE00000h in signed LEB128. */
const ioApicPage = 0x76
const localApicPage = 0x77
const apicComparisons = 326

/**
 * v86 answers the pages of its own APICs inside its WebAssembly, wherever it accesses memory: i32.const PAGE; i32.eq. No page is equal to the
 * address one byte further. Gives the number of places.
 */
function seeThrough(wasm: Uint8Array, page: number): number {
  let count = 0
  for (let at = wasm.indexOf(page); at >= 0; at = wasm.indexOf(page, at + 1)) {
    const isComparison = wasm[at + 1] === 0x46 && wasm[at - 4] === 0x41 && wasm[at - 3] === 0x80
    if (!isComparison || wasm[at - 2] !== 0x80 || wasm[at - 1] !== 0x80) continue
    wasm[at - 3] = 0x81
    count++
  }
  return count
}

const exportSection = 7
/** Name, kind 3 (a global), index 0: the only global, LLVM's __stack_pointer. */
const stackPointerExport = [13, ...new TextEncoder().encode('stack_pointer'), 3, 0]

/** WebAssembly core specification §5.5.10: a count and the exports. */
function exportStackPointer(wasm: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  for (let at = 8; at < wasm.length; ) {
    const id = wasm[at]
    const [size, start] = unsigned(wasm, at + 1)
    if (id !== exportSection) {
      at = start + size
      continue
    }
    const [count, first] = unsigned(wasm, start)
    const end = start + size
    const section = [...encoded(count + 1), ...wasm.subarray(first, end), ...stackPointerExport]
    const head = [exportSection, ...encoded(section.length)]
    const result = new Uint8Array(at + head.length + section.length + wasm.length - end)
    result.set(wasm.subarray(0, at))
    result.set(head, at)
    result.set(section, at + head.length)
    result.set(wasm.subarray(end), at + head.length + section.length)
    return result
  }
  throw new Error('v86.wasm has no exports')
}

/** LEB128: the value, and where what follows begins. */
function unsigned(bytes: Uint8Array, at: number): [number, number] {
  let value = 0
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++] as number
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) return [value >>> 0, at]
  }
}

function encoded(value: number): number[] {
  const bytes: number[] = []
  for (; value >= 0x80; value >>>= 7) bytes.push((value & 0x7f) | 0x80)
  return [...bytes, value]
}
