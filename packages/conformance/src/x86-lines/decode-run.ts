// `conformance x86-decode`: the statements of x86-sweep, as bytes: what the decoder says of them is compared with objdump's text, and
// encoding it must give the same instruction again.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAssembler } from '../core/candidate.ts'
import { type Result, type RunOptions, WrongUse } from '../core/case.ts'
import { runProcess } from '../core/process.ts'
import type { SuiteChoice } from '../suites.ts'
import { type Assemble, bytesOfLines, type LineMode } from './line-bytes.ts'
import { disassemble, roundTripFault } from './round-trip.ts'
import { sweepLines } from './sweep-lines.ts'

export const decodingTable = { title: 'decoded instructions', statuses: ['same', 'text', 'round trip'] }

const LINES_A_RUN = 20_000
const MODES: readonly LineMode[] = [64, 32, 16]
const MACHINES: Readonly<Record<LineMode, string>> = { 16: 'i8086', 32: 'i386', 64: 'i386:x86-64' }

export async function decodingResults(choice: SuiteChoice, options: RunOptions): Promise<Result[]> {
  const modes = choice.mode === undefined ? MODES : MODES.filter((mode) => String(mode) === choice.mode)
  if (modes.length === 0) throw new WrongUse(`--mode ${choice.mode}: want 64, 32 or 16`)
  const candidate = await openAssembler(choice)
  const scratch = mkdtempSync(join(tmpdir(), 'x86-decode-'))
  const source = join(scratch, 'lines.s')
  const results: Result[] = []
  try {
    for (const mode of modes) {
      const assemble: Assemble = async (text) => {
        writeFileSync(source, text, 'latin1')
        const flags = [mode === 64 ? '--64' : '--32']
        const { status, output, stderr } = await candidate.run({ flags, in: source }, scratch, options.timeoutInSeconds, 0)
        return { object: status === 0 ? output : undefined, messages: stderr }
      }
      const lines = sweepLines(mode, choice.perRow ?? 2, choice.seed ?? 1, new RegExp(choice.only ?? ''))
      for (let start = 0; start < lines.length; start += LINES_A_RUN) {
        const part = lines.slice(start, start + LINES_A_RUN)
        const encodings = new Map<string, string>()
        for (const [index, { bytes }] of (await bytesOfLines(part, `.code${mode}`, assemble)).entries())
          if (bytes) encodings.set(bytes.split(' ')[0]!, part[index]!)
        results.push(...(await compare(encodings, mode, scratch, options)))
      }
    }
  } finally {
    candidate.close()
    rmSync(scratch, { recursive: true, force: true })
  }
  return results
}

async function compare(encodings: ReadonlyMap<string, string>, mode: LineMode, scratch: string, options: RunOptions): Promise<Result[]> {
  const image = join(scratch, 'lines.bin')
  const all = [...encodings]
  writeFileSync(image, Buffer.concat(all.map(([hex]) => Buffer.from(hex, 'hex'))))
  const words = ['objdump', '-D', '-w', '-b', 'binary', '-m', MACHINES[mode], image]
  const { stdout } = await runProcess(words, scratch, 4 * options.timeoutInSeconds)
  const texts = new Map<number, { readonly text: string; readonly end: number }>()
  for (const [, address, hex, text] of stdout.matchAll(/^ *([0-9a-f]+):\t((?:[0-9a-f]{2} )+) *\t?(.*)$/gm)) {
    const at = Number.parseInt(address!, 16)
    texts.set(at, { text: plain(text!), end: at + hex!.trim().split(' ').length })
  }
  const results: Result[] = []
  let at = 0
  for (const [hex, line] of all) {
    const bytes = Buffer.from(hex, 'hex')
    const expected: string[] = []
    for (let next = at; next < at + bytes.length; ) {
      const found = texts.get(next)
      expected.push(found === undefined ? '(none)' : relative(found.text, BigInt(next), mode))
      next = found?.end ?? at + bytes.length
    }
    at += bytes.length
    const base = { id: `${mode}:${hex}`, table: decodingTable.title, groups: [`${mode}-bit`] }
    const fault = roundTripFault(bytes, mode)
    const ours = (disassemble(bytes, mode) ?? ['(none)']).map((text) => relative(text, 0n, mode)).join('; ')
    if (fault !== undefined) results.push({ ...base, status: 'round trip', why: `${line}: ${fault}`, ok: false })
    else if (ours !== expected.join('; '))
      results.push({ ...base, status: 'text', why: `${line}: objdump ${expected.join('; ')}, ours ${ours}`, ok: false })
    else results.push({ ...base, status: 'same', why: '', ok: true })
  }
  return results
}

/** One blank between words, no comment, no symbol. */
function plain(text: string): string {
  return text
    .replace(/ *#.*$/, '')
    .replace(/ <[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}

/** The target of a branch, counted from the instruction's own place. */
function relative(text: string, address: bigint, mode: LineMode): string {
  const found = /^((?:[\w,]+ )*(?:j\w+|call[lqw]?|loop\w*|xbegin[lqw]?)(?:,p[nt])? )(-?)(?:0x)?([0-9a-f]+)$/.exec(text)
  if (!found) return text
  const target = BigInt(`0x${found[3]}`)
  const bits = mode === 64 ? 64 : mode === 32 ? 32 : 16
  return `${found[1]}0x${BigInt.asUintN(bits, (found[2] ? -target : target) - address).toString(16)}`
}
