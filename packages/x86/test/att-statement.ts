// Enters: one AT&T instruction as text. Leaves: the statement that the assembler would hand over.
// For tests and sweeps only: symbols are words, numbers are literals, no expressions.
import {
  findRegister,
  type InstructionStatement,
  isPrefix,
  type MemoryOperand,
  type Operand,
  type Register,
  type Value,
} from '../src/index.ts'

function register(text: string): Register {
  const found = findRegister(text.trim().replace(/^%/, ''))
  if (!found) throw new Error(`bad register ${text}`)
  return found
}

function value(text: string): Value {
  const literal = text.trim()
  const relocation = /^(.*)@(\w+)$/.exec(literal)
  if (relocation) return { constant: undefined, relocation: relocation[2]!.toUpperCase() }
  const number = /^(-?)(0x[0-9a-f]+|\d+)$/i.exec(literal)
  if (!number) return { constant: undefined }
  return { constant: number[1] ? -BigInt(number[2]!) : BigInt(number[2]!) }
}

function splitOperands(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]
    if (letter === '(' || letter === '{') depth++
    else if (letter === ')' || letter === '}') depth--
    else if (letter === ',' && depth === 0) {
      parts.push(text.slice(start, at).trim())
      start = at + 1
    }
  }
  if (text.trim()) parts.push(text.slice(start).trim())
  return parts
}

export function parseOperand(written: string): Operand {
  let text = written
  if (/^\{(r[nduz]-sae|sae)\}$/.test(text)) return { kind: 'rounding', name: text.slice(1, -1) as 'sae' }
  let mask: Register | undefined
  let zeroing = false
  let broadcast: number | undefined
  text = text.replace(/\{([^}]*)\}/g, (_all, word: string) => {
    if (word === 'z') zeroing = true
    else if (word.startsWith('1to')) broadcast = Number(word.slice(3))
    else mask = register(word)
    return ''
  })
  const decorations = { ...(mask ? { mask } : {}), ...(zeroing ? { zeroing } : {}) }
  if (text[0] === '$') return { kind: 'immediate', value: value(text.slice(1)) }
  const indirect = text[0] === '*'
  if (indirect) text = text.slice(1).trim()
  const star = indirect ? { indirect } : {}
  if (text[0] === '%' && !/^%[a-z]+:/.test(text)) return { kind: 'register', register: register(text), ...star, ...decorations }
  const shape = /^(?:(%\w+):)?([^()]*)(\((.*)\))?$/.exec(text)
  if (!shape) throw new Error(`bad operand ${written}`)
  const [base, index, scale] = (shape[4] ?? '').split(',').map((part) => part.trim())
  const memory: MemoryOperand = {
    kind: 'memory',
    ...(shape[1] ? { segment: register(shape[1]) } : {}),
    ...(shape[2] ? { displacement: value(shape[2]) } : {}),
    ...(base ? { base: register(base) } : {}),
    ...(index ? { index: register(index) } : {}),
    scale: scale ? (Number(scale) as 1 | 2 | 4 | 8) : 1,
    hasParentheses: shape[3] !== undefined,
    ...(broadcast === undefined ? {} : { broadcast }),
    ...star,
    ...decorations,
  }
  return memory
}

export function parseStatement(text: string): InstructionStatement {
  const prefixes: string[] = []
  let rest = text.trim()
  for (;;) {
    const word = /^(\{\w+\}|[\w.]+)\s*/.exec(rest)
    if (!word || !isPrefix(word[1]!) || rest.length === word[0].length) break
    prefixes.push(word[1]!)
    rest = rest.slice(word[0].length)
  }
  const parts = /^(\S+)\s*(.*)$/.exec(rest)
  if (!parts) throw new Error(`no instruction in ${text}`)
  return { mnemonic: parts[1]!, prefixes, operands: splitOperands(parts[2]!).map(parseOperand) }
}
