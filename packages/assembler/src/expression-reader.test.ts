import { describe, expect, it } from 'vitest'
import { Evaluation } from './expression.ts'
import { ExpressionReader, integerLiteral } from './expression-reader.ts'
import { latin1, SymbolTable } from './symbols.ts'
import { checkGrammar, parseExpressionText } from './syntax/grammar.ts'

function readerWith(faults: string[] = []) {
  const symbols = new SymbolTable()
  const reader = new ExpressionReader({
    symbol: (bytes, start, end) => symbols.intern(bytes, start, end),
    here: () => symbols.named('.'),
    localLabel: (number, isForward) => symbols.named(`${number}${isForward ? 'f' : 'b'}`),
    distance: () => undefined,
    fault: (code) => faults.push(code),
    caution: (code) => faults.push(code),
    parse: parseExpressionText,
  })
  return reader
}

/** What the reader made of a text, comparable. */
function shape(reader: ExpressionReader) {
  const { kind, constant, add, sub, operator, end } = reader
  const tree = reader.kind === 3 ? JSON.stringify(reader.tree, (_, v) => (typeof v === 'bigint' ? String(v) : (v?.name ?? v))) : ''
  return { kind, constant, add: add?.name, sub: sub?.name, operator, end, tree }
}

function valueOf(text: string): bigint | undefined {
  const reader = readerWith()
  const bytes = latin1(text)
  reader.read(bytes, 0, bytes.length)
  return new Evaluation({ distance: () => undefined }).constant(reader.expression)
}

describe('the grammar', () => {
  it('passes the checks of chevrotain', () => {
    // Its checks use Object.groupBy, which Node 20 has not.
    type Grouping = <T, K extends PropertyKey>(items: Iterable<T>, key: (item: T) => K) => Partial<Record<K, T[]>>
    const holder = Object as unknown as { groupBy?: Grouping }
    holder.groupBy ??= (items, key) => {
      const groups: Partial<Record<PropertyKey, unknown[]>> = {}
      for (const item of items) (groups[key(item)] ??= []).push(item)
      return groups as never
    }
    expect(() => checkGrammar()).not.toThrow()
  })

  // Values from GNU as 2.40.
  it.each([
    ['1 + 1 == 2', -1n],
    ['2 == 1 + 1', -1n],
    ['2 < 3 == 1', 0n],
    ['1 | 2 + 4', 7n],
    ['1 << 2 * 3', 12n],
    ['3 && 0 || 2', 1n],
    ['1 ! 2', -3n],
    ['-5 / 2', -2n],
    ['-5 % 3', -2n],
    ['10 - 4 - 3', 3n],
    ['!0', 1n],
    ['!5', 0n],
    ['~0', -1n],
    ["'a'+1", 98n],
    ['2 * (3 + [4])', 14n],
    ['- - 5', 5n],
    ['2 + 3 & 1', 3n],
    ['0x10', 16n],
    ['010', 8n],
    ['0b11', 3n],
    ['5UL', 5n],
    ['1 <> 2', -1n],
    ['1 != 1', 0n],
  ])('gives %s the value that GNU as gives it', (text, value) => {
    expect(valueOf(text)).toBe(value)
  })

  it('refuses nesting that would exhaust the stack', () => {
    const faults: string[] = []
    const bytes = latin1('('.repeat(100_000))
    const reader = readerWith(faults)
    reader.read(bytes, 0, bytes.length)
    expect(faults).toContain('nesting-too-deep')
  })
})

describe('the fast way of reading', () => {
  const terms = ['x', 'y', '.L1', '5', '0x1f', '017', '1b', '2f', '-3', '4095', 'foo.bar', '_z$']
  const endings = ['', ',7', '(%eax)', ' , q', ')']

  it('agrees with the grammar on sums of names and numbers', () => {
    let seed = 12345
    const random = (n: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
      return seed % n
    }
    for (let i = 0; i < 2000; i++) {
      let text = terms[random(terms.length)] as string
      for (let k = random(3); k > 0; k--)
        text += `${random(2) ? ' ' : ''}${random(2) ? '+' : '-'}${random(2) ? ' ' : ''}${terms[random(terms.length)]}`
      if (random(8) === 0) text = `${text.replace(/^-/, '')}@GOT`
      text += endings[random(endings.length)]
      const bytes = latin1(text)
      const fast = readerWith()
      fast.read(bytes, 0, bytes.length)
      const slow = readerWith()
      slow.readWithGrammar(bytes, 0, bytes.length)
      const [a, b] = [shape(fast), shape(slow)]
      expect({ text, ...a, end: text.slice(a.end).trim() }).toEqual({ text, ...b, end: text.slice(b.end).trim() })
    }
  })
})

describe('integerLiteral', () => {
  it('knows the bases and C suffixes, and refuses the rest', () => {
    expect(integerLiteral('0xFFul')).toBe(255n)
    expect(integerLiteral('0')).toBe(0n)
    expect(integerLiteral('09')).toBeUndefined()
    expect(integerLiteral('12abc')).toBeUndefined()
  })
})
