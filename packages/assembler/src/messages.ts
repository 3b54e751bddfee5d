// The words for what the encoder refuses. Enters: codes and details of @kernelbox/x86. Leaves: diagnostics that say what
// was found, why it cannot stand and what would be right.

import { bytesToText, type Diagnostic, nearestWord, type Span, WordAdvice } from '@kernelbox/diagnostics'
import { type EncodeMessage, mnemonics, operandCounts, registerNames } from '@kernelbox/x86'
import type { Assembler } from './assembler.ts'
import type { Instructions } from './instructions/instructions.ts'
import { directiveNames } from './directives/registry.ts'
import { kindsTaken, listed, registersTaken, standsReversed } from './operand-advice.ts'
import { fromOtherDialect } from './other-dialect.ts'

type Details = Readonly<Record<string, string | number>>

const sentences: Readonly<Record<string, (m: string, d: Details) => string>> = {
  'unknown-mnemonic': (m) => `there is no instruction '${m}'`,
  'operand-count': (m, d) => {
    const counts = operandCounts(m)
    const wanted =
      counts.length > 0 ? `'${m}' takes ${listed(counts.map(String))} ${counts.at(-1) === 1 ? 'operand' : 'operands'}` : undefined
    return wanted === undefined ? `'${m}' does not take this number of operands` : `${wanted}, not ${d.found ?? 'these'}`
  },
  'operand-type-mismatch': (m) => `'${m}' does not take operands of these kinds`,
  'bare-number-is-address': (m) => `'${m}' takes no memory operand here; a number without '$' is an address`,
  'memory-to-memory': (m) => `'${m}' cannot have two memory operands; go through a register`,
  'immediate-to-segment': () => 'a segment register cannot be loaded with a constant; go through %ax',
  'invalid-suffix': (m, d) => `'${d.mnemonic ?? m}' does not take the suffix '${d.suffix ?? ''}'`,
  'operand-size-mismatch': (m, d) => `the operands of '${m}' differ in size${sizes(d)}`,
  'not-in-mode': (m, d) => `'${d.mnemonic ?? m}' does not exist in ${d.mode ?? 'this'}-bit code`,
  'register-not-in-mode': (_m, d) => `the register %${d.register ?? ''} is only available in 64-bit code`,
  'immediate-out-of-range': (_m, d) => `the number does not fit${d.bits ? ` in ${d.bits} bits` : ''}`,
  'suffix-size-mismatch': (m, d) => `the suffix of '${m}' does not agree with the size of its operands${sizes(d)}`,
  'register-size-mismatch': (m, d) => `the registers of '${m}' differ in size${sizes(d)}`,
  'needs-suffix': (m) => `the operands do not say how wide '${m}' is; write a suffix (${m}b, ${m}w, ${m}l)`,
  'ambiguous-size': (m) => `the operands do not say how wide '${m}' is; write a suffix`,
  'high-byte-register-with-rex': (_m, d) => `%${d.register ?? 'ah'} cannot be encoded in an instruction that needs a REX prefix`,
  'invalid-base-index': (_m, d) => {
    if (d.role === 'index') return `%${d.register} cannot be an index register; it can be the base`
    if (d.role === 'sizes') return `%${d.register} and %${d.index} of one address differ in size`
    return `${d.register ? `%${d.register}` : 'this'} cannot be used for an address here${d.mode === 16 ? '; 16-bit addresses take %bx, %bp, %si, %di' : ''}`
  },
  'displacement-out-of-range': () => 'the displacement does not fit',
  'not-enabled': (m, d) => `'${m}' is not available on the processor chosen${d.feature ? ` (it needs ${d.feature})` : ''}`,
  'prefix-twice': (_m, d) => `the prefix '${d.prefix ?? ''}' stands here twice`,
  'prefix-not-allowed': (m, d) => `the prefix '${d.prefix ?? ''}' cannot stand before '${m}'`,
  'redundant-prefix': (_m, d) => `the prefix '${d.prefix ?? ''}' says what is the default here`,
  'masking-not-allowed': (m) => `'${m}' takes no mask here`,
  'mask-needed': (m) => `'${m}' needs a mask register, %k1 to %k7, in braces`,
  'zeroing-without-mask': () => '{z} clears what a mask leaves out; write the mask too, as in {%k1}{z}',
  'invalid-mask-register': () => '%k0 means "no mask"; masks are %k1 to %k7',
  'broadcast-not-allowed': (m, d) =>
    d.wanted !== undefined ? `'${m}' broadcasts {1to${d.wanted}} here, not {1to${d.found}}` : `'${m}' cannot broadcast this operand`,
  'rounding-not-allowed': (m) => `'${m}' takes no rounding or {sae} with these operands, or not at this place`,
  'registers-not-distinct': (m) => `'${m}' needs different registers for destination and sources`,
  'registers-should-differ': (m, d) =>
    `${d.mask ? 'mask, index' : 'index'} and destination of '${m}' should be different registers; the processor faults otherwise`,
  'implicit-register-group': (_m, d) => `%${d.register} stands for the group %${d.first} to %${d.last} here`,
  'fence-in-16-bit-code': (m) => `'${m}' has no locked addition to stand for it in 16-bit code (-mfence-as-lock-add=yes)`,
  'sse-instruction': (m) => `'${m}' is an SSE instruction`,
  translating: (m, d) => `'${m}' is read as '${d.meant ?? ''}'`,
  'indirect-without-star': (m) => `the target of '${m}' is read from memory or a register; write '*' before it`,
  'segment-ineffectual': (m) => `a segment has no effect on '${m}': it computes an address and reads nothing`,
  'longer-than-15-bytes': (m, d) => `'${m}' has ${d.length} bytes with its prefixes, and no processor runs more than 15`,
  'scale-ignored': () => 'a scale without an index register has no effect',
  'needs-rip-relative': () => 'this address holds 32 bits only; in 64-bit code write symbol(%rip)',
  'prefix-skipped': (m) => `a prefix has no effect on '${m}' and is left out`,
  'lone-prefix': (_m, d) => `the prefix '${d.prefix ?? ''}' stands alone on its line`,
  'displacement-shortened': (_m, d) => `the displacement does not fit in ${d.bits ?? 16} bits and is cut`,
  'rep-becomes-bnd': (m, d) => `'${d.prefix ?? 'rep'}' before '${m}' means 'bnd' to the processor`,
  'wrong-string-register': (m) => `'${m}' always uses its own register, whatever is written here`,
  'indirect-memory-branch': (m) => `'${m}' goes through memory and has no lfence before it`,
  'unknown-prefix': (_m, d) => `there is no prefix '${d.prefix ?? ''}'`,
}

function sizes(d: Details): string {
  return d.expected !== undefined && d.found !== undefined ? `: ${d.found} bits against ${d.expected}` : ''
}

function sentence(mnemonic: string, message: EncodeMessage): string {
  const make = sentences[message.code]
  return make ? make(mnemonic, message.details ?? {}) : `'${mnemonic}': ${message.code.replace(/-/g, ' ')}`
}

interface Words {
  readonly mnemonics: WordAdvice
  readonly directives: WordAdvice
}

const wordsOf = new WeakMap<Assembler, Words>()

/** The words that may have been meant in an assembly. */
function words(a: Assembler): Words {
  let known = wordsOf.get(a)
  if (!known) wordsOf.set(a, (known = { mnemonics: new WordAdvice(mnemonics), directives: new WordAdvice(directiveNames) }))
  return known
}

export function reportEncodeFailure(a: Assembler, i: Instructions, message: EncodeMessage): void {
  const { mnemonic } = i
  let [start, end] = [i.mnemonicStart, i.mnemonicEnd]
  if (a.sink.isOnlyCounted('error', message.code, a.span(start, end))) return
  const slot = slotOf(i, message)
  if (slot) [start, end] = [slot.start, slot.end]
  const naked = registerWithoutPercent(a, i)
  if (naked) {
    a.error(message.code, naked.message, naked.start, naked.end, naked.more)
    return
  }
  let more: Partial<Diagnostic> = adviceOnOperands(a, i, message) ?? {}
  const written = message.code === 'unknown-mnemonic' || message.code === 'invalid-suffix' ? otherDialect(a) : undefined
  if (written) more = written
  else if (more.message !== undefined || more.fix || more.notes) {
    // The operands were looked at, and there is something to say.
  } else if (message.code === 'unknown-mnemonic') {
    const isDefined = definedForPreprocessor(a, start, end)
    const meant = isDefined ? undefined : words(a).mnemonics.nearest(mnemonic)
    if (isDefined) more = { notes: [isDefined] }
    else if (meant) more = { fix: { message: `did you mean '${meant}'?`, span: a.span(start, end), replacement: meant } }
    else if (followsSemicolon(a)) more = { notes: [semicolonNote] }
  } else if (message.code === 'bare-number-is-address' && slot) {
    const replacement = `$${textOf(a, slot.start, slot.end)}`
    more = { fix: { message: "a constant is written with '$'", span: a.span(slot.start, slot.end), replacement } }
  } else if (message.code === 'register-size-mismatch' && slot?.register) {
    const other = i.slots.slice(0, i.operandCount).find((one) => one !== slot && one.register)
    const bits = Number(message.details?.expected ?? 0)
    const meant = sibling(slot.register.name, bits)
    const back = other?.register && sibling(other.register.name, Number(message.details?.found ?? 0))
    if (meant) {
      const text = back ? `%${meant} has ${bits} bits; or take %${back} on the other side` : `%${meant} has ${bits} bits`
      more = { fix: { message: text, span: a.span(slot.start, slot.end), replacement: `%${meant}` } }
    }
  } else if (message.code === 'invalid-suffix' && typeof message.details?.mnemonic === 'string') {
    const meant = message.details.mnemonic
    more = { fix: { message: `did you mean '${meant}'?`, span: a.span(start, end), replacement: meant } }
  } else if (message.code === 'register-not-in-mode' || message.code === 'not-in-mode') {
    const place = modeDirective(a)
    if (place) more = { notes: [place] }
  } else if (message.code === 'immediate-to-segment') {
    more = { notes: [{ message: 'for example: mov $0x10, %ax, then mov %ax, %ds' }] }
  }
  const also = message.details?.also
  if (typeof also === 'string') a.warn(also, sentence(mnemonic, { code: also }), start, end)
  a.error(message.code, sentence(mnemonic, message), start, end, more)
}

const operandFaults = new Set(['operand-type-mismatch', 'operand-size-mismatch', 'register-size-mismatch'])

/** What the instruction would take: its operands exchanged, another register, another kind of operand. */
function adviceOnOperands(a: Assembler, i: Instructions, message: EncodeMessage): Partial<Diagnostic> | undefined {
  if (!operandFaults.has(message.code)) return undefined
  const { mnemonic, operandCount } = i
  const slots = i.slots.slice(0, operandCount)
  const operands = i.operands()
  const statement = { mnemonic, prefixes: i.prefixes.slice(), operands }
  const [first, last] = [slots[0], slots.at(-1)]
  if (!first || !last) return undefined
  if (operandCount === 1) {
    const taken = kindsTaken(statement, a.encode)
    if (taken === undefined) return undefined
    const bits = first.register?.sizeInBits
    const found =
      bits !== undefined
        ? `'${mnemonic}' does not take %${first.register?.name}, which has ${bits} bits`
        : `'${mnemonic}' does not take ${operands[0]?.kind === 'immediate' ? 'a constant' : 'this'}`
    return { message: `${found}; in ${a.mode}-bit code it takes ${taken}`, span: a.span(first.start, first.end) }
  }
  if (operandCount === 2) {
    const whole = a.span(first.start, last.end)
    const texts = slots.map((slot) => textOf(a, slot.start, slot.end).trim())
    const isConstantLast = operands[1]?.kind === 'immediate'
    if (standsReversed(statement, a.encode)) {
      const fix = { message: 'the source is written first', span: whole, replacement: texts.reverse().join(',') }
      return isConstantLast
        ? { message: 'a constant cannot be the destination', span: a.span(last.start, last.end), fix }
        : { message: `'${mnemonic}' does not take these operands in this order`, fix }
    }
    if (isConstantLast && mnemonic.startsWith('mov')) {
      return { message: 'a constant cannot be the destination', span: a.span(last.start, last.end) }
    }
    const at = slotOf(i, message) === first ? 0 : 1
    const [one, other] = [slots[at], slots[1 - at]]
    if (one?.register && other?.register?.class === 'segment') {
      const { name } = one.register
      const names = [16, 32, ...(a.mode === 64 ? [64] : [])].map((bits) => sibling(name, bits))
      const taken = registersTaken(statement, at, names, a.encode)
      if (taken.length === 0) return undefined
      const choice = listed(taken.map((register) => `%${register}`))
      return {
        message: `%${name} has ${one.register.sizeInBits} bits; %${other.register.name} goes with ${choice}`,
        fix: { message: `%${taken[0]} has the size of a segment register`, span: a.span(one.start, one.end), replacement: `%${taken[0]}` },
      }
    }
    // The same register in two sizes: changing one side would move it onto itself.
    const [from, to] = [first.register, last.register]
    if (from && to && /^mov[wlq]?$/.test(mnemonic) && sibling(from.name, to.sizeInBits) === to.name) {
      const letters: Readonly<Record<number, string>> = { 8: 'b', 16: 'w', 32: 'l', 64: 'q' }
      const [small, large] = [letters[from.sizeInBits], letters[to.sizeInBits]]
      if (from.sizeInBits > to.sizeInBits)
        return { notes: [{ message: `%${to.name} already is the low half of %${from.name}: nothing is to be moved` }] }
      // The processor clears the upper half where 32 bits are written (SDM vol. 1 §3.4.1.1).
      if (from.sizeInBits === 32) {
        return { fix: { message: 'writing 32 bits clears the upper half', span: whole, replacement: `%${from.name},%${from.name}` } }
      }
      return {
        fix: {
          message: `movz${small}${large} widens with zeros, movs${small}${large} with the sign`,
          span: a.span(i.mnemonicStart, i.mnemonicEnd),
          replacement: `movz${small}${large}`,
        },
      }
    }
  }
  return undefined
}

const loadAddressNote = {
  message: '.org moves on within the section; the address of the code in memory is given to the linker: -Ttext=ADDRESS',
}

/** `bits 16`, `msg db "hi"`: the statement as it is written here. */
function otherDialect(a: Assembler): Partial<Diagnostic> | undefined {
  const statement = textOf(a, a.wordStart, a.end).trimEnd()
  const replacement = fromOtherDialect(statement)
  if (replacement === undefined) return undefined
  const message = 'this is the syntax of another assembler; here it is written so'
  // What `org` is for elsewhere is the linker's work here.
  const notes = replacement.startsWith('.org ') && /^\W*org/i.test(statement) ? [loadAddressNote] : []
  return { notes, fix: { message, span: a.span(a.wordStart, a.wordStart + statement.length), replacement } }
}

const farthestLookBack = 65_536

/** The directive above, in the same text, that set the present mode. */
function modeDirective(a: Assembler): { message: string; span: Span } | undefined {
  const base = Math.max(0, a.wordStart - farthestLookBack)
  const above = textOf(a, base, a.wordStart)
  const at = above.lastIndexOf('.code')
  const word = at < 0 ? undefined : /^\.code(?:16gcc|16|32|64)\b/.exec(above.slice(at, at + 12))?.[0]
  if (word === undefined || Number.parseInt(word.slice(5), 10) !== a.mode) return undefined
  return { message: `${a.mode}-bit code since here`, span: a.span(base + at, base + at + word.length) }
}

const definitions = new WeakMap<Uint8Array, Set<string>>()

/** The word between the offsets has a `#define` in this text, which is a comment where nothing is preprocessed. */
function definedForPreprocessor(a: Assembler, start: number, end: number): { message: string } | undefined {
  let known = definitions.get(a.bytes)
  if (!known) {
    known = new Set()
    const text = textOf(a, 0, a.bytes.length)
    for (const [, name] of text.matchAll(/^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)/gm)) known.add(name as string)
    definitions.set(a.bytes, known)
  }
  const word = textOf(a, start, end)
  if (!known.has(word)) return undefined
  return { message: `'#define ${word}' is a comment here: files named .s are not preprocessed; rename the file to .S` }
}

export function reportEncodeWarning(a: Assembler, i: Instructions, message: EncodeMessage): void {
  const slot = slotOf(i, message)
  const [start, end] = slot ? [slot.start, slot.end] : [i.mnemonicStart, a.end]
  if (message.code === 'immediate-shortened' && slot) {
    const bits = Number(message.details?.bits ?? 8)
    const value = slot.constant
    const isPort = /^(?:in|out)[bwl]?$/.test(i.mnemonic)
    const range = `${-(2 ** (bits - 1))} to ${2 ** bits - 1}`
    const kept = `0x${BigInt.asUintN(bits, BigInt(Math.trunc(value))).toString(16)}`
    const more = isPort ? { notes: [{ message: 'ports above 255 are reached through %dx' }] } : {}
    a.warn(message.code, `the number ${value} does not fit in ${bits} bits (${range}); ${kept} is what is left of it`, start, end, more)
    return
  }
  if (message.code === 'default-size') {
    const size = Number(message.details?.size ?? 0)
    const suffix = { 8: 'b', 16: 'w', 32: 'l', 64: 'q' }[size] ?? ''
    const meant =
      size === 64 ? `${i.mnemonic}b, ${i.mnemonic}w, ${i.mnemonic}l or ${i.mnemonic}q` : `${i.mnemonic}b, ${i.mnemonic}w or ${i.mnemonic}l`
    const found = `the operands do not say how wide '${i.mnemonic}' is; ${suffix === '' ? 'the default' : `'${i.mnemonic}${suffix}'`} is taken`
    a.warn(message.code, found, i.mnemonicStart, i.mnemonicEnd, { notes: [{ message: `write ${meant}` }] })
    return
  }
  a.warn(message.code, sentence(i.mnemonic, message), start, end)
}

type Slot = Instructions['slots'][number]

function slotOf(i: Instructions, message: EncodeMessage): Slot | undefined {
  return message.operand !== undefined && message.operand < i.operandCount ? i.slots[message.operand] : undefined
}

const textOf = (a: Assembler, start: number, end: number) => bytesToText(a.bytes.subarray(start, end))

/** `mov ax,5`: a symbol with the name of a register, in the order of another dialect perhaps. */
function registerWithoutPercent(
  a: Assembler,
  i: Instructions,
): { message: string; start: number; end: number; more: Partial<Diagnostic> } | undefined {
  const slots = i.slots.slice(0, i.operandCount)
  const texts = slots.map((slot) => textOf(a, slot.start, slot.end).trim())
  const at = texts.findIndex((text) => /^[a-z]\w*$/i.test(text) && isRegisterName(text))
  const slot = slots[at]
  if (!slot) return undefined
  const name = texts[at] as string
  const isIntelOrder = at === 0 && slots.length === 2
  const fixed = texts.map((text) =>
    isRegisterName(text) ? `%${text}` : /^(?:0x)?[0-9a-f]+$/i.test(text) && /^[0-9]/.test(text) ? `$${text}` : text,
  )
  if (isIntelOrder) fixed.reverse()
  const first = slots[0] as Slot
  const last = slots[slots.length - 1] as Slot
  const order = isIntelOrder ? ', the source before the destination' : ''
  return {
    message: `'${name}' is a symbol here, not the register`,
    start: slot.start,
    end: slot.end,
    more: {
      fix: {
        message: `registers are written with '%', constants with '$'${order}`,
        span: a.span(first.start, last.end),
        replacement: fixed.join(','),
      },
    },
  }
}

let names: Set<string> | undefined
export const isRegisterName = (text: string) => (names ??= new Set(registerNames())).has(text.toLowerCase())

const semicolonNote = { message: "';' separates statements in this dialect; a comment begins with '#'" }

/** The statement stands behind a `;`, as comments do in other assemblers. */
function followsSemicolon(a: Assembler): boolean {
  let at = a.wordStart - 1
  while (at >= 0 && (a.bytes[at] === 32 || a.bytes[at] === 9)) at--
  return a.bytes[at] === 59
}

/** What may be meant where a statement does not end: a far target in another dialect, a comment behind `;`. */
export function junkHint(a: Assembler, at: number): Partial<Diagnostic> {
  if (followsSemicolon(a)) return { notes: [semicolonNote] }
  const written = otherDialect(a)
  if (written) return written
  const statement = textOf(a, a.wordStart, a.end)
  const far = /^(l?)(jmp|call)(\s+)([^:,\s]+):([^:,\s]+)\s*$/i.exec(statement)
  if (a.bytes[at] !== 58 || !far) return {}
  const [, , branch, blanks, segment, offset] = far as unknown as string[]
  const dollar = (text: string | undefined) => (text?.startsWith('$') ? text : `$${text}`)
  return {
    fix: {
      message: 'a far target is written as segment and offset, each with a dollar sign',
      span: a.span(a.wordStart, a.wordStart + statement.trimEnd().length),
      replacement: `l${branch}${blanks}${dollar(segment)},${dollar(offset)}`,
    },
  }
}

/** The directive that an unknown one may have been meant to be. */
export function suggestDirective(a: Assembler, name: string): Partial<Diagnostic> {
  const meant = words(a).directives.nearest(name.replace(/^\./, ''))
  return meant === undefined
    ? {}
    : { fix: { message: `did you mean '.${meant}'?`, span: a.span(a.wordStart, a.wordEnd), replacement: `.${meant}` } }
}

const general = ['a', 'c', 'd', 'b']
const pointers = ['sp', 'bp', 'si', 'di']

/** The register of the same family with so many bits: `bl` and 16 give `bx`. */
function sibling(name: string, bits: number): string | undefined {
  const letter = /^(?:[er]?([abcd])x|([abcd])[lh])$/.exec(name)
  const family = letter?.[1] ?? letter?.[2]
  if (family !== undefined && general.includes(family)) {
    return { 8: `${family}l`, 16: `${family}x`, 32: `e${family}x`, 64: `r${family}x` }[bits]
  }
  const pointer = /^[er]?(sp|bp|si|di)l?$/.exec(name)?.[1]
  if (pointer !== undefined && pointers.includes(pointer)) return { 16: pointer, 32: `e${pointer}`, 64: `r${pointer}` }[bits]
  const number = /^r(\d+)[bwd]?$/.exec(name)?.[1]
  if (number !== undefined) return { 8: `r${number}b`, 16: `r${number}w`, 32: `r${number}d`, 64: `r${number}` }[bits]
  return undefined
}

export function suggestRegister(name: string): string | undefined {
  return nearestWord(name.toLowerCase(), registerNames())
}
