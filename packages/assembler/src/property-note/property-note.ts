// -mx86-used-note: .note.gnu.property, which says what the instructions of the object need.
// Enters: every instruction. Leaves: one NT_GNU_PROPERTY_TYPE_0 note with two properties.
// x86-64 psABI "Program Property", Linux gABI extension "Program Property".

import { bytesToText } from '@kernelbox/diagnostics'
import { SHF_ALLOC, SHT_NOTE } from '@kernelbox/elf'
import type { Assembler } from '../assembler.ts'
import { usedFeatures } from './used-features.ts'

const typeIsaUsed = 0xc0010002
const typeFeaturesUsed = 0xc0010001
const noteTypeProperty = 5
/** GNU_PROPERTY_X86_FEATURE_2_X86: there is code for an x86. */
const featureX86 = 1

/** Gathers what instructions use, and adds the note at the end of the input. */
export function writeUsedNote(a: Assembler): void {
  let isa = 0
  let features = featureX86
  a.instrumentation.push({
    instruction() {
      const used = usedFeatures(bytesToText(a.bytes.subarray(a.wordStart, a.end)), a.mode === 64)
      isa |= used.isa
      features |= used.features
    },
  })
  a.finishers.push(() => {
    const alignment = a.is64BitObject && !a.options.x32 ? 8 : 4
    const section = a.sections.find('.note.gnu.property') ?? a.sections.add('.note.gnu.property', SHT_NOTE, SHF_ALLOC)
    section.alignmentPower = Math.max(section.alignmentPower, alignment === 8 ? 3 : 2)
    const chain = section.chain(0)
    // Each property: type, size, four bytes of data, padding.
    const propertySize = 12 + (alignment - 4)
    for (const number of [4, 2 * propertySize, noteTypeProperty]) chain.number(number, 4)
    for (const letter of 'GNU\0') chain.byte(letter.charCodeAt(0))
    for (const [type, bits] of [
      [typeIsaUsed, isa],
      [typeFeaturesUsed, features],
    ] as const) {
      chain.number(type, 4)
      chain.number(4, 4)
      chain.number(bits, 4)
      chain.number(0, alignment - 4)
    }
  })
}
