// `bench table`: what the instruction table adds to a process that encodes ten instructions, against the same process without it.
// The least of many runs counts: whatever else the machine does can only add to a run.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleTable } from '../core/bundle-table.ts'
import type { BenchOptions } from './assembler-bench.ts'
import { measure } from './measure.ts'

const TEN = `
import { encodeInstruction, findRegister } from './table.mjs'
const register = (name) => ({ kind: 'register', register: findRegister(name) })
const immediate = (constant) => ({ kind: 'immediate', value: { constant } })
const memory = (name, constant) => ({ kind: 'memory', base: findRegister(name), scale: 1, displacement: { constant }, hasParentheses: true })
const target = { kind: 'memory', displacement: { constant: undefined }, scale: 1, hasParentheses: false }
for (const [mnemonic, ...operands] of [
  ['pushq', register('rbp')],
  ['movq', register('rsp'), register('rbp')],
  ['subq', immediate(32n), register('rsp')],
  ['leaq', memory('rdi', 8n), register('rax')],
  ['movl', memory('rbp', -4n), register('ecx')],
  ['testl', register('eax'), register('eax')],
  ['je', target],
  ['call', target],
  ['leave'],
  ['ret'],
])
  if (!encodeInstruction({ mnemonic, prefixes: [], operands }, { mode: 64 }).ok) throw new Error(mnemonic)
`

export async function benchTable({ rounds, quick }: BenchOptions, print: (text: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'table-bench-'))
  try {
    const table = await bundleTable()
    writeFileSync(join(folder, 'table.mjs'), table)
    writeFileSync(join(folder, 'ten.mjs'), TEN)
    writeFileSync(join(folder, 'none.mjs'), '')
    const contenders = [
      { name: 'node alone', words: [process.execPath, join(folder, 'none.mjs')] },
      { name: 'ten instructions', words: [process.execPath, join(folder, 'ten.mjs')] },
    ]
    const runs = Array.from({ length: rounds * (quick ? 2 : 8) }, () => measure(contenders, 1, folder))
    const least = (index: number, of: 'wallInMs' | 'cpuInMs'): number => Math.min(...runs.map((run) => run[index]![of]))
    print(`the table: ${(table.length / 1000).toFixed(0)} KB minified; the least of ${runs.length} runs\n`)
    for (const [index, { name }] of contenders.entries())
      print(
        `  ${name.padEnd(26)}${least(index, 'wallInMs').toFixed(1).padStart(10)} ms ${least(index, 'cpuInMs').toFixed(1).padStart(10)} ms cpu\n`,
      )
    const [wall, cpu] = [least(1, 'wallInMs') - least(0, 'wallInMs'), least(1, 'cpuInMs') - least(0, 'cpuInMs')]
    print(`  ${'added'.padEnd(26)}${wall.toFixed(1).padStart(10)} ms ${cpu.toFixed(1).padStart(10)} ms cpu\n`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
