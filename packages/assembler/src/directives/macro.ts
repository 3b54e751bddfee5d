// .macro, .rept, .irp, .irpc and what goes with them. GNU as manual §7.

import { bytesToText } from '@kernelbox/diagnostics'
import type { Assembler } from '../assembler.ts'
import { ArgumentReader, type Formal, Macro, openIteration, openRepetition, readBlock, squeezed } from '../macros.ts'
import type { DirectiveTable } from './registry.ts'

const macroOpeners = new Set(['.macro'])
const macroClosers = new Set(['.endm'])
const repeatOpeners = new Set(['.rept', '.rep', '.irp', '.irpc', '.irep', '.irepc'])
const repeatClosers = new Set(['.endr'])

const mostRepetitions = 0x7fffffff

function define(a: Assembler): void {
  const { wordStart } = a
  const text = a.restOfStatement()
  const call = a.span(wordStart, a.end)
  const source = a.input.frame?.sourceIndex ?? -1
  const body = readBlock(a, macroOpeners, macroClosers)
  const match = /^\s*([A-Za-z_.$\x80-\xff][A-Za-z0-9_.$\x80-\xff]*)\s*,?\s*/.exec(text)
  const fail = (code: string, message: string) => a.report({ code, severity: 'error', message, span: call })
  if (!body) {
    // The end of the text is where the closing directive is missed.
    a.report({
      code: 'unterminated-macro',
      severity: 'error',
      message: 'the text ends inside this macro; .endm is missing',
      span: call,
    })
    void source
    return
  }
  if (!match) {
    fail('missing-name', 'the name of the macro is missing')
    return
  }
  const name = match[1] as string
  if (/,\s*$/.test(match[0]) && match[0].length === text.length) {
    fail('bad-parameter', `a parameter of '${name}' is missing behind the comma`)
    return
  }
  const formals = readFormals(
    (code, message) => a.report({ code, severity: 'warning', message, span: call }),
    a,
    squeezedFormals(text.slice(match[0].length)),
    fail,
    name,
  )
  if (!formals) return
  const lower = name.toLowerCase()
  if (a.macros.has(lower)) {
    fail('duplicate-macro', `the macro '${name}' is already defined; .purgem ${name} would remove it`)
    return
  }
  if (a.isDirective(lower)) {
    a.report({ code: 'macro-shadows', severity: 'warning', message: `'${name}' is a directive; this macro is never used`, span: call })
    return
  }
  a.macros.set(lower, new Macro(name, formals, body))
  a.macroChanged(lower)
}

function squeezedFormals(text: string): string {
  return text.trim()
}

function readFormals(
  warnAt: (code: string, message: string) => void,
  a: Assembler,
  text: string,
  fail: (code: string, message: string) => void,
  macro: string,
): Formal[] | undefined {
  const formals: Formal[] = []
  const names = new Set<string>()
  let rest = text
  // `.macro m (a, b)` is accepted too.
  if (rest.startsWith('(') && rest.endsWith(')')) rest = rest.slice(1, -1)
  while (rest !== '') {
    const match = /^([A-Za-z_.$\x80-\xff][A-Za-z0-9_.$\x80-\xff]*)\s*(?::\s*([A-Za-z]+))?\s*/.exec(rest)
    if (!match) {
      fail('bad-parameter', `'${rest[0]}' cannot begin the name of a parameter of '${macro}'`)
      return undefined
    }
    rest = rest.slice(match[0].length)
    const name = match[1] as string
    let kind: Formal['kind'] = 'plain'
    if (match[2] !== undefined) {
      if (match[2] === 'req') kind = 'required'
      else if (match[2] === 'vararg') kind = 'vararg'
      else fail('bad-qualifier', `'${match[2]}' is no qualifier of a parameter; they are req and vararg`)
    }
    let defaultValue = ''
    if (rest.startsWith('=')) {
      const reader = new ArgumentReader(a, rest.slice(1))
      defaultValue = reader.value()
      rest = reader.text.slice(reader.at).trimStart()
      if (kind === 'required') {
        warnAt('useless-default', `the default of the required parameter '${name}' is never used`)
        defaultValue = ''
      }
    }
    if (names.has(name)) {
      fail('duplicate-parameter', `the macro '${macro}' has two parameters '${name}'`)
      return undefined
    }
    names.add(name)
    formals.push({ name, defaultValue, kind })
    const isVararg = kind === 'vararg'
    rest = rest.trimStart()
    if (rest.startsWith(',')) {
      rest = rest.slice(1).trimStart()
      if (rest === '') {
        fail('bad-parameter', `a parameter of '${macro}' is missing behind the comma`)
        return undefined
      }
    }
    if (isVararg && rest !== '') {
      fail('bad-parameter', `the parameter '${name}' takes all that follows; nothing can stand behind it`)
      return undefined
    }
  }
  return formals
}

function repeat(a: Assembler): void {
  const start = a.wordStart
  const count = a.isAtEnd ? undefined : a.readNeeded('the number of repetitions')
  if (count !== undefined) a.expectEnd()
  const call = a.span(start, a.end)
  const body = readBlock(a, repeatOpeners, repeatClosers)
  if (!body) {
    a.report({
      code: 'unterminated-repeat',
      severity: 'error',
      message: 'the text ends inside this repetition; .endr is missing',
      span: call,
    })
    return
  }
  if (count === undefined) return
  if (count < 0n) {
    a.report({ code: 'negative-count', severity: 'error', message: `a count of ${count} repeats nothing`, span: call })
    return
  }
  if (count === 0n) return
  if (count > BigInt(mostRepetitions)) {
    a.report({ code: 'count-too-large', severity: 'error', message: `${count} repetitions are too many`, span: call })
    return
  }
  openRepetition(a, '.rept', body, Number(count), call)
}

function iterate(a: Assembler, isOverCharacters: boolean): void {
  const name = isOverCharacters ? '.irpc' : '.irp'
  const start = a.wordStart
  const text = a.restOfStatement()
  const call = a.span(start, a.end)
  const body = readBlock(a, repeatOpeners, repeatClosers)
  if (!body) {
    a.report({ code: 'unterminated-repeat', severity: 'error', message: `the text ends inside this ${name}; .endr is missing`, span: call })
    return
  }
  const match = /^\s*([A-Za-z_.$\x80-\xff][A-Za-z0-9_.$\x80-\xff]*)\s*/.exec(text)
  if (!match) {
    a.report({ code: 'missing-name', severity: 'error', message: `${name} needs the name of a parameter`, span: call })
    return
  }
  const rest = text.slice(match[0].length).replace(/^,/, '')
  const values: string[] = []
  if (isOverCharacters) {
    const squeezedText = squeezed(rest.trim())
    const characters = squeezedText.startsWith('"') ? squeezedText.replace(/^"|"$/g, '') : squeezedText
    if (characters === '') values.push('')
    for (const character of characters) values.push(character)
  } else {
    const reader = new ArgumentReader(a, rest.trim())
    if (reader.isAtEnd) values.push('')
    while (!reader.isAtEnd) {
      const before = reader.at
      values.push(reader.value())
      if (reader.at === before && reader.text[reader.at] !== ',') reader.at++
      reader.skipBlanks()
      if (reader.text[reader.at] === ',') {
        reader.at++
        reader.skipBlanks()
        if (reader.isAtEnd) values.push('')
      }
    }
  }
  openIteration(a, name, body, match[1] as string, values, call)
}

function exit(a: Assembler): void {
  for (;;) {
    const { frame } = a.input
    if (!frame || frame.kind === 'file' || frame.kind === 'include') {
      a.warn('exitm-outside', '.exitm has no macro to leave here; ignored')
      return
    }
    const isMacro = frame.kind === 'macro'
    a.conditionals.dropTo(frame.conditionalDepth)
    frame.remaining = 0
    a.input.close()
    if (isMacro || frame.kind === 'repeat') return
  }
}

function purge(a: Assembler): void {
  do {
    const start = a.at
    const name = a.readName()
    if (name === undefined) {
      a.error('missing-name', 'the name of a macro is expected here', start, a.end)
      return
    }
    const lower = name.toLowerCase()
    if (!a.macros.delete(lower)) a.warn('unknown-macro', `there is no macro '${name}' to purge`, start, a.at)
    a.macroChanged(lower)
  } while (a.takeComma())
  a.expectEnd()
}

function stray(a: Assembler): void {
  const word = bytesToText(a.bytes.subarray(a.wordStart, a.wordEnd))
  a.warn('stray-end', `${word} has nothing to end here`)
}

export const macroDirectives: DirectiveTable = {
  macro: define,
  endm: stray,
  endmacro: stray,
  endr: stray,
  rept: repeat,
  rep: repeat,
  irp: (a) => iterate(a, false),
  irep: (a) => iterate(a, false),
  irpc: (a) => iterate(a, true),
  irepc: (a) => iterate(a, true),
  exitm: exit,
  mexit: exit,
  purgem: purge,
  altmacro: (a) => {
    a.isAltMacro = true
  },
  noaltmacro: (a) => {
    a.isAltMacro = false
  },
}
