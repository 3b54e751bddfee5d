// Enters: GNU's gas/i386 suite, or a folder of sources. Leaves: every distinct AT&T instruction line in the mode that it is written for.
// Lines of macros, of .intel_syntax parts, assignments, directives and jumps to numeric labels are left out: alone they mean nothing.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readLatin1 } from '../core/cache.ts'
import { gasSuite } from '../gas/gas-suite.ts'
import type { LineMode } from './line-bytes.ts'

export interface InstructionLine {
  readonly mode: LineMode
  readonly text: string
}

const OPENS_BLOCK = /^\.(macro|irp|irpc|rept)\b/
const CLOSES_BLOCK = /^\.(endm|endr)\b/
const MODES: Readonly<Record<string, LineMode>> = { '.code16': 16, '.code32': 32, '.code64': 64 }

/** The instruction lines of one source; `start` is the mode at its beginning. */
export function instructionLines(source: string, start: LineMode): InstructionLine[] {
  const found: InstructionLine[] = []
  let mode = start
  let isIntel = false
  let depth = 0
  const text = source.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
  for (const raw of text.split('\n')) {
    let line = raw
      .replace(/#.*$/, '')
      .replace(/\/\/.*$/, '')
      .trim()
    for (let label = LABEL.exec(line); label; label = LABEL.exec(line)) line = line.slice(label[0].length)
    if (OPENS_BLOCK.test(line)) depth++
    else if (CLOSES_BLOCK.test(line)) depth = Math.max(0, depth - 1)
    else if (line.startsWith('.intel_syntax')) isIntel = true
    else if (line.startsWith('.att_syntax')) isIntel = false
    else if (line in MODES) mode = MODES[line]!
    else if (!isIntel && depth === 0) {
      for (const part of line.split(';')) {
        const statement = part.trim().replace(/\s+/g, ' ')
        if (standsAlone(statement)) found.push({ mode, text: statement })
      }
    }
  }
  return found
}

const LABEL = /^(?:[A-Za-z_.$][\w.$]*|\d+):\s*/

function standsAlone(statement: string): boolean {
  if (!/^[a-zA-Z{]/.test(statement) || statement.includes('\\') || statement.includes('"')) return false
  if (/^(\{\w+\}\s*)+$/.test(statement) || /^[\w.$]+\s*=/.test(statement)) return false
  // numeric labels; and operators that make a symbol thread-local, which may not be mixed with others in one source
  return !/\b\d+[bf]\b/.test(statement) && !/@(tls|dtp|ntp|tp|gott|indnt|gotnt)/i.test(statement)
}

export function suiteLines(): InstructionLine[] {
  const folder = join(gasSuite(), 'i386')
  const names = readdirSync(folder).sort()
  return distinctLines(folder, names, (name) => (name.startsWith('x86-64') || name.startsWith('x86_64') ? 64 : 32))
}

/** Of the sources in a folder and below: LLVM's say their mode by `RUN: … -triple`, the others by their names. */
export function folderLines(folder: string): InstructionLine[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => !/intel/i.test(name))
  return distinctLines(folder, names.sort(), (name, source) => {
    const triple = /RUN:.*-triple[ =]*(\S+)/.exec(source)?.[1]
    if (triple !== undefined) return triple.endsWith('code16') ? 16 : /^(?:x86_64|amd64)/.test(triple) ? 64 : 32
    return /(?:i[3-6]86|x86|32)(?!.*64)/.test(name) ? 32 : 64
  })
}

type ModeOf = (name: string, source: string) => LineMode

function distinctLines(folder: string, names: readonly string[], modeOf: ModeOf): InstructionLine[] {
  const distinct = new Map<string, InstructionLine>()
  for (const name of names) {
    if (!/\.[sS]$/.test(name)) continue
    const source = readLatin1(join(folder, name))
    for (const line of instructionLines(source, modeOf(name, source))) distinct.set(`${line.mode}:${line.text}`, line)
  }
  return [...distinct.values()]
}
