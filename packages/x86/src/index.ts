/**
 * x86 instructions: text of a table in the SDM's notation to bytes, and back.
 *
 * 1. `table/`: one row an encoding; rows of a mnemonic are parsed on its first use (table/notation.ts).
 * 2. {@link encodeInstruction} (encode.ts): the first row that fits the operands (match.ts), then prefixes, ModRM and fields;
 *    the result is a template (contract.ts, docs/adr/0005).
 * 3. {@link decodeInstruction} and {@link explainInstruction} read the same rows the other way.
 */
export * from './contract.ts'
export { type BytePart, type ByteRun, type DecodedInstruction, decodeInstruction } from './decode.ts'
export { formatDecoded } from './disassembly.ts'
export { encodeInstruction } from './encode.ts'
export { type BitField, type ExplainedBytes, type Explanation, explainInstruction, formatExplanation } from './explain.ts'
export type { FailureCode } from './failure.ts'
export { archNames, isaOf as isaOfRow, isaOfMarch, selectIsa } from './isa.ts'
export { isMnemonic, mnemonics, operandCounts } from './mnemonics.ts'
export { isPrefix } from './prefixes.ts'
export { findRegister, registerNames } from './registers.ts'
export { rowsOf, rowsOfMnemonic } from './table/index.ts'
export type { Row as TableRow } from './table/notation.ts'
export { valueClass } from './value-class.ts'
export { formatStatement } from './format-statement.ts'
