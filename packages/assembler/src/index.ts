/**
 * The GNU as dialect for x86 (AT&T syntax) to a relocatable ELF object, in memory.
 *
 * 1. input.ts cuts sources into statements; assembler.ts reads each: labels, directives (directives/), macros (macros.ts)
 *    and instructions (instruction.ts, whose bytes come from @kernelbox/x86).
 * 2. Expressions are read by expression-reader.ts, or by the grammar in syntax/ where they are not mere sums.
 * 3. Contents are kept as fragments (fragments.ts); relax.ts finds sizes and addresses.
 * 4. resolve.ts turns fixups into bytes or relocations; object-builder.ts makes the {@link ElfObject}.
 */
import type { SourceFile } from '@kernelbox/diagnostics'
import { type Assembly, assembleWith } from './assemble.ts'
import type { AssembleOptions } from './options.ts'
import { parseExpressionText } from './syntax/grammar.ts'

export { type Assembly, assembleLazily } from './assemble.ts'
export { type OptInWarning, optInWarnings } from './opt-in-warnings.ts'
export { defaultListing, type ListingOptions } from './listing/listing-options.ts'
export type { AssembleOptions } from './options.ts'

/**
 * Assembles sources, one after the other, into one object.
 * @param sources texts in the order given; a single one may stand alone
 * @returns the object, undefined where there was an error, and all diagnostics in order
 */
export function assemble(sources: SourceFile | readonly SourceFile[], options: AssembleOptions = {}): Assembly {
  return assembleWith(() => parseExpressionText, Array.isArray(sources) ? sources : [sources as SourceFile], options)
}
