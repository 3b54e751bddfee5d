// Enters: bytes of instructions and their mode. Leaves: whether decoding them and encoding what was decoded gives the same instructions.
// The encoder may write an instruction in fewer bytes than a relocated or padded one has; then what it writes must decode to the same text.
import { decodeInstruction, encodeInstruction, formatDecoded, type InstructionStatement, type Mode } from '@kernelbox/x86'

/** The bytes of a statement with its constants filled in; a symbol counts as 0. Undefined where it is refused. */
export function filledBytes(statement: InstructionStatement, mode: Mode): Uint8Array | undefined {
  const result = encodeInstruction(statement, { mode, allowIndexReg: true })
  if (!result.ok) return undefined
  const { fields } = result.encoding
  const bytes = Uint8Array.from(result.encoding.bytes)
  for (const field of fields) {
    const operand = statement.operands[field.operand]
    const value = operand?.kind === 'immediate' ? operand.value : operand?.kind === 'memory' ? operand.displacement : undefined
    let rest = value?.constant ?? 0n
    if (field.part === 'target') rest -= BigInt(bytes.length)
    rest = BigInt.asUintN(64, rest / BigInt(field.divisor))
    for (let at = 0; at < field.sizeInBytes; at++, rest >>= 8n) bytes[field.offset + at] = Number(rest & 255n)
  }
  return bytes
}

/** Texts of the instructions, undefined where the table has none for some of the bytes. */
export function disassemble(bytes: Uint8Array, mode: Mode): string[] | undefined {
  const texts: string[] = []
  for (let offset = 0; offset < bytes.length; ) {
    const decoded = decodeInstruction(bytes.subarray(offset), mode)
    if (!decoded) return undefined
    texts.push(formatDecoded(decoded, mode))
    offset += decoded.length
  }
  return texts
}

/** Why the bytes do not come back, undefined where they do. */
export function roundTripFault(bytes: Uint8Array, mode: Mode): string | undefined {
  for (let offset = 0; offset < bytes.length; ) {
    const decoded = decodeInstruction(bytes.subarray(offset), mode)
    if (!decoded) return `no instruction of the table at byte ${offset}`
    if (!decoded.isExact) {
      const text = formatDecoded(decoded, mode)
      const again = filledBytes(decoded.statement, mode)
      const found = again && disassemble(again, mode)?.join('; ')
      if (found !== text) return `'${text}' comes back as ${found === undefined ? 'nothing' : `'${found}'`}`
    }
    offset += decoded.length
  }
  return undefined
}
