// The words for what the encoder refuses. Enters: codes and details of @kernelbox/x86. Leaves: diagnostics that say what
// was found, why it cannot stand and what would be right.

import { type Diagnostic, nearestWord } from '@kernelbox/diagnostics'
import { type EncodeMessage, mnemonics, registerNames } from '@kernelbox/x86'
import type { Assembler } from './assembler.ts'
import type { Instructions } from './instruction.ts'

type Details = Readonly<Record<string, string | number>>

const sentences: Readonly<Record<string, (m: string, d: Details) => string>> = {
  'unknown-mnemonic': (m) => `there is no instruction '${m}'`,
  'operand-count': (m) => `'${m}' does not take this number of operands`,
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
  'invalid-base-index': (_m, d) =>
    `${d.register ? `%${d.register}` : 'this'} cannot be used for an address here${d.mode === 16 ? '; 16-bit addresses take %bx, %bp, %si, %di' : ''}`,
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
  'sse-instruction': (m) => `'${m}' is an SSE instruction`,
  'unknown-prefix': (_m, d) => `there is no prefix '${d.prefix ?? ''}'`,
}

function sizes(d: Details): string {
  return d.expected !== undefined && d.found !== undefined ? `: ${d.found} bits against ${d.expected}` : ''
}

function sentence(mnemonic: string, message: EncodeMessage): string {
  const make = sentences[message.code]
  return make ? make(mnemonic, message.details ?? {}) : `'${mnemonic}': ${message.code.replace(/-/g, ' ')}`
}

export function reportEncodeFailure(a: Assembler, i: Instructions, message: EncodeMessage): void {
  const { mnemonic } = i
  let [start, end] = [i.mnemonicStart, i.mnemonicEnd]
  const slot = message.operand === undefined ? undefined : i.slots[message.operand]
  if (slot && message.operand !== undefined && message.operand < i.operandCount) [start, end] = [slot.start, slot.end]
  let more: Partial<Diagnostic> = {}
  if (message.code === 'unknown-mnemonic') {
    const meant = nearestWord(mnemonic, mnemonics())
    if (meant) more = { fix: { message: `did you mean '${meant}'?`, span: a.span(start, end), replacement: meant } }
  } else if (message.code === 'bare-number-is-address' && slot) {
    more = { fix: { message: "a constant is written with '$'", span: a.span(slot.start, slot.start), replacement: '$' } }
  }
  a.error(message.code, sentence(mnemonic, message), start, end, more)
}

export function reportEncodeWarning(a: Assembler, i: Instructions, message: EncodeMessage): void {
  a.warn(message.code, sentence(i.mnemonic, message), i.mnemonicStart, a.end)
}

export function suggestRegister(name: string): string | undefined {
  return nearestWord(name.toLowerCase(), registerNames())
}
