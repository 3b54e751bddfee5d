// Directives of the assembler itself: modes, inputs, messages. GNU as manual §7 .include, .incbin, .print, .end; §9.16.

import { SourceFile } from '@kernelbox/diagnostics'
import type { Mode } from '@kernelbox/x86'
import { SHT_NOTE } from '@kernelbox/elf'
import type { Assembler } from '../assembler.ts'
import type { DirectiveTable } from './registry.ts'

const deepestInclude = 200

function setMode(a: Assembler, mode: Mode, isGcc = false): void {
  if (!a.expectEnd()) return
  a.mode = mode
  a.encode = { ...a.encode, mode, code16gcc: isGcc }
  a.instructions.optionsChanged()
}

/** The paths that a file's name may stand for, in the order tried. */
function* candidates(a: Assembler, name: string): Iterable<string> {
  yield name
  if (!name.startsWith('/')) for (const folder of a.options.includePaths ?? []) yield `${folder.replace(/\/+$/, '')}/${name}`
}

function find(a: Assembler, name: string): { path: string; bytes: Uint8Array } | undefined {
  for (const path of candidates(a, name)) {
    const bytes = a.options.readFile?.(path)
    if (bytes) return { path, bytes }
  }
  return undefined
}

function notFound(a: Assembler, name: string, start: number): void {
  a.error('file-not-found', `cannot open '${name}'`, start, a.end, {
    notes: [{ message: `tried: ${[...candidates(a, name)].join(', ')}` }],
  })
}

/** `.title "text"`: in quotes or without. */
function headerText(a: Assembler): string {
  a.skipBlanks()
  return a.readString() ?? a.restOfStatement()
}

/** `.psize lines, columns` is for listings; its numbers must be numbers all the same. */
function paperSize(a: Assembler): void {
  const lines = a.readAbsolute('the number of lines')
  const columns = lines !== undefined && a.takeComma() ? a.readAbsolute('the number of columns') : undefined
  if (lines !== undefined) a.listing?.paper(Number(lines), columns === undefined ? undefined : Number(columns))
  a.restOfStatement()
}

function include(a: Assembler): void {
  const start = a.at
  const name = a.readString()
  if (name === undefined) {
    a.error('missing-string', 'the name of a file in double quotes is expected here', start, a.end)
    return
  }
  if (!a.expectEnd()) return
  if (a.input.frames.length > deepestInclude) {
    a.error('include-depth', 'files include each other too deeply; does this one include itself?', start, a.end)
    return
  }
  const found = find(a, name)
  if (!found) {
    notFound(a, name, start)
    return
  }
  a.input.open('include', SourceFile.fromBytes(found.path, found.bytes), a.conditionals.depth)
}

/** `.incbin "file", skip, count` */
function incbin(a: Assembler): void {
  const start = a.at
  const name = a.readString()
  if (name === undefined) {
    a.error('missing-string', 'the name of a file in double quotes is expected here', start, a.end)
    return
  }
  let skip = 0n
  let count: bigint | undefined
  if (a.takeComma()) {
    if (a.bytes[a.at] !== 44) {
      const value = a.readAbsolute('the number of bytes to skip')
      if (value === undefined) return
      skip = value
    }
    if (a.takeComma()) {
      count = a.readAbsolute('the number of bytes')
      if (count === undefined) return
    }
  }
  if (!a.expectEnd() || !a.canEmit()) return
  const found = find(a, name)
  if (!found) {
    notFound(a, name, start)
    return
  }
  const size = BigInt(found.bytes.length)
  if (skip < 0n || skip > size || (count !== undefined && (count < 0n || skip + count > size))) {
    a.error(
      'incbin-range',
      `'${name}' has ${size} bytes; skip ${skip}${count === undefined ? '' : ` and count ${count}`} reach beyond`,
      start,
      a.end,
    )
    return
  }
  if (a.takesBulk(Number(count ?? size - skip))) a.chain.bytes(found.bytes.subarray(Number(skip), Number(skip + (count ?? size - skip))))
}

function say(a: Assembler, severity: 'error' | 'warning'): void {
  const text = a.isAtEnd ? undefined : a.readString()
  if (text === undefined && !a.isAtEnd) {
    a.error('missing-string', 'a string in double quotes is expected here', a.at, a.end)
    return
  }
  const message = text ?? `.${severity} without a text`
  if (severity === 'error') a.error('user-error', message)
  else a.warn('user-warning', message)
}

/** `.sse_check error`: as -msse-check= and -moperand-check= on the command line. */
function readCheck(a: Assembler, option: 'sseCheck' | 'operandCheck'): void {
  const start = a.at
  const word = a.restOfStatement().trim()
  if (word !== 'none' && word !== 'warning' && word !== 'error') {
    a.error('bad-check', `'none', 'warning' or 'error' is expected here, not '${word}'`, start, a.end)
    return
  }
  a.encode = { ...a.encode, [option]: word }
  a.instructions.optionsChanged()
}

function ignore(a: Assembler): void {
  a.at = a.end
}

/** `.line n`, `.linefile n "file"`: what messages name. */
function line(a: Assembler): void {
  const number = a.readAbsolute('a line number')
  if (number === undefined) return
  const file = a.readString()
  if (a.input.frame) {
    const lineEnd = a.bytes.indexOf(10, a.end)
    a.input.mark(lineEnd < 0 ? a.bytes.length : lineEnd + 1, file, Number(number) + 0)
  }
}

export const otherDirectives: DirectiveTable = {
  code16: (a) => setMode(a, 16),
  code32: (a) => setMode(a, 32),
  code64: (a) => setMode(a, 64),
  code16gcc: (a) => setMode(a, 16, true),
  include,
  incbin,
  error: (a) => say(a, 'error'),
  warning: (a) => say(a, 'warning'),
  err: (a) => a.error('user-error', '.err: the source asks for this error'),
  fail(a) {
    const value = a.readAbsolute('a number')
    if (value === undefined) return
    if (value >= 500n) a.warn('user-warning', `.fail ${value} encountered`)
    else a.error('user-error', `.fail ${value} encountered`)
  },
  print(a) {
    const text = a.readString()
    if (text === undefined) a.error('missing-string', 'a string in double quotes is expected here', a.at, a.end)
    else a.options.print?.(text)
  },
  abort: (a) => {
    a.error('user-error', '.abort: the source asks to stop here')
    a.hasEnded = true
    a.input.closeAll()
  },
  end(a) {
    a.hasEnded = true
    a.input.closeAll()
  },
  line,
  linefile: line,
  att_syntax(a) {
    a.instructions.hasNakedRegisters = a.restOfStatement().trim() === 'noprefix'
  },
  intel_syntax: (a) => a.error('intel-syntax', 'Intel syntax is not supported yet; this assembler reads AT&T syntax'),
  att_mnemonic: ignore,
  intel_mnemonic: ignore,
  allow_index_reg(a) {
    a.encode = { ...a.encode, allowIndexReg: true }
    a.instructions.optionsChanged()
  },
  disallow_index_reg(a) {
    a.encode = { ...a.encode, allowIndexReg: false }
    a.instructions.optionsChanged()
  },
  sse_check: (a) => readCheck(a, 'sseCheck'),
  operand_check: (a) => readCheck(a, 'operandCheck'),
  extern: ignore,
  list: (a) => {
    a.listing?.list(1)
    a.restOfStatement()
  },
  nolist: (a) => {
    a.listing?.list(-1)
    a.restOfStatement()
  },
  eject: (a) => {
    a.listing?.eject()
    a.restOfStatement()
  },
  psize: paperSize,
  title: (a) => a.listing?.title(headerText(a)),
  sbttl: (a) => a.listing?.subtitle(headerText(a)),
  /** `.version "text"`: a note of type 1 with the text as its name and no description (gABI ch. 5 "Note Section"). */
  version(a) {
    const text = a.readStringBytes()
    if (!text) {
      a.error('missing-string', 'a string in double quotes is expected here', a.at, a.end)
      return
    }
    if (!a.expectEnd()) return
    let section = a.sections.find('.note')
    if (!section) {
      section = a.sections.add('.note', SHT_NOTE, 0)
      a.sections.register(section)
    }
    section.alignmentPower = Math.max(section.alignmentPower, 2)
    const chain = section.chain(0)
    for (const word of [text.length + 1, 0, 1]) chain.number(word, 4)
    chain.bytes(text)
    for (let length = text.length; length === text.length || length % 4 !== 0; length++) chain.byte(0)
  },
  linkonce: (a) =>
    a.warn('no-effect', '.linkonce has no effect in ELF objects; section groups are for this: .section name,"axG",@progbits,group,comdat'),
  lflags: ignore,
  ident(a) {
    if (a.isAtEnd) return
    const text = a.readStringBytes()
    if (!text) {
      a.error('missing-string', 'a string in double quotes is expected here', a.at, a.end)
      return
    }
    if (!a.expectEnd()) return
    let section = a.sections.find('.comment')
    const isNew = !section
    if (!section) {
      section = a.sections.add('.comment', 1, 0x30)
      section.entrySize = 1
      a.sections.register(section)
    }
    const chain = section.chain(0)
    if (isNew) chain.byte(0)
    chain.bytes(text)
    chain.byte(0)
  },
}
