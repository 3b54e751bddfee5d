// Inputs of a link, broken at random.
// Enters: valid objects, archives and scripts, and random numbers. Leaves: a link of which something is wrong in most cases:
// fields of headers, symbols and relocations at extremes, files cut or spliced, scripts with tokens lost, doubled or put in.

import type { LinkInput, LinkOptions, OutputFormat } from '@kernelbox/linker'
import type { Random } from './random.ts'

/** For i386 and x86-64: a link takes those of one. */
export interface LinkSeeds {
  readonly objects: readonly (readonly Uint8Array[])[]
  readonly archives: readonly (readonly Uint8Array[])[]
  readonly scripts: readonly string[]
}

export interface LinkSample {
  readonly inputs: readonly LinkInput[]
  readonly script: string | undefined
  readonly options: Partial<LinkOptions>
}

const extremes = [0n, 1n, 2n, 0x7fn, 0xffn, 0x7fffn, 0xff00n, 0xffffn, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 1n << 32n, 1n << 52n]
const widest = [1n << 63n, (1n << 64n) - 1n, (1n << 63n) - 1n]

export function brokenBytes(random: Random, original: Uint8Array): Uint8Array {
  let bytes = original.slice()
  for (let round = 1 + random.below(2); round > 0; round--) {
    const kind = random.below(10)
    if (kind < 5 && bytes[0] === 0x7f && bytes.length > 64) setField(random, bytes)
    else if (kind < 7) for (let n = 1 + random.below(8); n > 0; n--) bytes[random.below(bytes.length)] = random.below(256)
    else if (kind === 7) bytes = bytes.slice(0, random.below(bytes.length + 1))
    else if (kind === 8) {
      const from = random.below(bytes.length)
      bytes.copyWithin(random.below(bytes.length), from, from + random.below(128))
    } else setNumber(random, bytes, random.below(bytes.length))
    if (bytes.length === 0) return bytes
  }
  return bytes
}

/** A field of the ELF header, of a section's header, or of a row of a table. */
function setField(random: Random, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer)
  const is64 = bytes[4] === 2
  const table = is64 ? Number(view.getBigUint64(40, true)) : view.getUint32(32, true)
  const count = view.getUint16(is64 ? 60 : 48, true)
  const step = is64 ? 64 : 40
  if (random.chance(0.15) || table + count * step > bytes.length || count === 0) {
    setNumber(random, bytes, 16 + random.below(is64 ? 48 : 36))
    return
  }
  const header = table + random.below(count) * step
  if (random.chance(0.5)) {
    setNumber(random, bytes, header + 4 * random.below(step / 4))
    return
  }
  // A row of what the header speaks of: symbols, relocations, group members, strings, frames.
  const offset = is64 ? Number(view.getBigUint64(header + 24, true)) : view.getUint32(header + 16, true)
  const size = is64 ? Number(view.getBigUint64(header + 32, true)) : view.getUint32(header + 20, true)
  if (size > 0 && offset + size <= bytes.length) setNumber(random, bytes, offset + (random.below(size) & ~3))
}

function setNumber(random: Random, bytes: Uint8Array, at: number): void {
  const value = random.chance(0.3) ? BigInt(bytes.length + random.below(9) - 4) : random.pick(random.chance(0.3) ? widest : extremes)
  const width = random.pick([1, 2, 4, 8])
  for (let i = 0; i < width && at + i < bytes.length; i++) bytes[at + i] = Number((value >> BigInt(8 * i)) & 0xffn)
}

const numbers = ['0', '1', '0x7fffffff', '0x80000000', '0xffffffff', '0xffffffffffffffff', '1 << 63', '-1', '4K', '0x10000', '510']
const words = (
  '{ } ( ) ; , : = += . * ? " /* */ > AT> & ~ ! [a- \\ SECTIONS MEMORY PHDRS ENTRY ASSERT PROVIDE INCLUDE INPUT GROUP KEEP SORT_BY_NAME ' +
  'EXCLUDE_FILE ALIGN SUBALIGN BYTE QUAD FILL OVERLAY NOLOAD AT ADDR SIZEOF LOADADDR DEFINED MAX BLOCK .text .data .bss COMMON ' +
  '/DISCARD/ DATA_SEGMENT_ALIGN SEGMENT_START INSERT AFTER start end ram'
).split(' ')

export function brokenScript(random: Random, original: string): string {
  const tokens = original.match(/\s+|[\w.$*/]+|./gs) ?? []
  for (let round = 1 + random.below(5); round > 0 && tokens.length > 0; round--) {
    const at = random.below(tokens.length)
    const kind = random.below(8)
    if (kind === 0) tokens.splice(at, 1 + random.below(4))
    else if (kind === 1) tokens.splice(at, 0, ...tokens.slice(random.below(tokens.length), random.below(tokens.length)))
    else if (kind === 2) tokens[at] = random.pick(numbers)
    else if (kind === 3) tokens[at] = tokens[random.below(tokens.length)] as string
    else if (kind === 4) tokens[at] = `${'('.repeat(1 + random.below(2000))}${tokens[at]}`
    else if (kind === 5) tokens.splice(at, 0, String.fromCharCode(random.below(256)))
    else tokens.splice(at, 0, ' ', random.chance(0.3) ? random.pick(numbers) : random.pick(words), ' ')
    if (tokens.length > 20_000) break
  }
  return tokens.join('')
}

const formats: readonly (OutputFormat | undefined)[] = [undefined, undefined, 'binary', 'ihex', 'srec', 'verilog']

export function linkSample(random: Random, seeds: LinkSeeds): LinkSample {
  const kind = random.below(4)
  const machine = random.below(seeds.objects.length)
  const inputs: LinkInput[] = []
  for (let n = 1 + random.below(3); n > 0; n--) {
    const isArchive = random.chance(0.25)
    const original = random.pick((isArchive ? seeds.archives : seeds.objects)[machine] ?? [])
    // Often one broken file among whole ones: a link that gets far.
    const isWhole = kind === 1 || (inputs.length > 0 && random.chance(0.6))
    const bytes = isWhole ? original : brokenBytes(random, original)
    inputs.push({ name: `input${n}.${isArchive ? 'a' : 'o'}`, bytes, wholeArchive: isArchive && random.chance(0.5) })
  }
  const text = random.chance(0.8) || kind === 1 ? random.pick(seeds.scripts) : undefined
  const script = text !== undefined && (kind === 1 || kind === 3) ? brokenScript(random, text) : text
  const outputFormat = random.pick(formats)
  const flag = (share: number): boolean => random.chance(share)
  const options: Partial<LinkOptions> = {
    ...(outputFormat && { outputFormat }),
    relocatable: outputFormat === undefined && flag(0.15),
    gcSections: flag(0.2),
    pie: flag(0.1),
    emitRelocations: flag(0.1),
    ehFrameHeader: flag(0.2),
    wantsMap: flag(0.3),
    wantsCref: flag(0.1),
    noInhibitExec: flag(0.1),
    allowMultipleDefinition: flag(0.3),
    unresolvedSymbols: random.pick(['error', 'warn', 'ignore'] as const),
    ...(flag(0.1) && { strip: random.pick(['all', 'debug'] as const) }),
    ...(flag(0.1) && { buildId: random.pick(['sha1', '0x1234']) }),
    ...(flag(0.1) && { z: [random.pick(['max-page-size=0', 'max-page-size=4096', 'relro', 'stack-size=1', 'nonsense'])] }),
  }
  return { inputs, script, options }
}
