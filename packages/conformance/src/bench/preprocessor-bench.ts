// `bench preprocessor`: kasm -E against gcc -E -x assembler-with-cpp, on inputs as large as the Linux kernel's: deep trees
// of headers with guards, conditionals and constants, macros used tens of thousands of times, and sqlite3.c as it is.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleCommands } from '../core/bundle-commands.ts'
import { cacheFolder } from '../core/cache.ts'
import type { BenchOptions } from './assembler-bench.ts'
import { formatMeasured, measure, megabytes } from './measure.ts'
import { madeOnce, sqliteFolder } from './inputs.ts'

/** One source that includes headers: each with a guard, constants, conditionals and a few macros of macros. */
export function writeHeaderTree(folder: string, headers: number, uses: number): string {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'include', 'asm'), { recursive: true })
  for (let h = 0; h < headers; h++) {
    const lines = [
      `/* Header ${h}: constants and conditionals, as kernel headers have them. */`,
      `#ifndef _ASM_H${h}_H`,
      `#define _ASM_H${h}_H`,
    ]
    for (const n of [h * 2 + 1, h * 2 + 2]) if (n < headers) lines.push(`#include <asm/h${n}.h>`)
    for (let i = 0; i < 60; i++) {
      lines.push(`#define H${h}_OFFSET_${i}\t(${i * 8}) /* bytes */`)
      if (i % 6 === 0)
        lines.push(
          `#if defined(CONFIG_X${i}) && H${h}_OFFSET_${i} > 64`,
          `#define H${h}_EXTRA_${i} 1`,
          '#else',
          `# define H${h}_EXTRA_${i} 0`,
          '#endif',
        )
    }
    lines.push(`#define H${h}_LOAD(reg, off) mov H${h}_OFFSET_##off(reg), %rax; \\`, `\tadd $H${h}_EXTRA_0, %rax`, '#endif', '')
    writeFileSync(join(folder, 'include', 'asm', `h${h}.h`), lines.join('\n'))
  }
  const body = Array.from({ length: uses }, (_, i) => {
    const h = i % headers
    return `entry_${i}:\t/* use ${i} */\n\tH${h}_LOAD(%rdi, ${i % 60})\n\tcmp $H${h}_OFFSET_${(i * 7) % 60}, %rcx\n\tjne entry_${i}\n`
  })
  const path = join(folder, `uses-${uses}.S`)
  writeFileSync(path, `#include <asm/h0.h>\n${body.join('')}`)
  return path
}

export async function benchPreprocessor({ rounds, quick }: BenchOptions, print: (text: string) => void): Promise<void> {
  const kasm = await bundleCommands('command', ['kasm'])
  const compare = (title: string, path: string, options: readonly string[], cwd: string): void => {
    const measured = measure(
      [
        { name: 'gcc -E', words: ['gcc', '-E', '-x', 'assembler-with-cpp', ...options, path] },
        { name: 'kasm -E', words: [process.execPath, kasm, '-E', '-x', 'assembler-with-cpp', ...options, path] },
      ],
      rounds,
      cwd,
    )
    print(formatMeasured(`${title}: ${megabytes(path)}`, measured))
  }
  const folder = cacheFolder('bench', 'headers')
  for (const [headers, uses] of quick
    ? [[60, 2_000]]
    : [
        [10, 20],
        [60, 2_000],
        [400, 20_000],
        [400, 100_000],
      ]) {
    const place = join(folder, `${headers}-${uses}`)
    const path = writeHeaderTree(place, headers ?? 0, uses ?? 0)
    compare(`${headers} headers, ${uses} uses of macros`, path, ['-Iinclude'], place)
  }
  // Without the system's headers, some of which refuse what is not C.
  const sqlite = madeOnce('sqlite3-alone.c', (path) =>
    writeFileSync(path, readFileSync(join(sqliteFolder(), 'sqlite3.c'), 'latin1').replace(/^#\s*include\s*<.*$/gm, ''), 'latin1'),
  )
  compare('sqlite3.c without system headers', sqlite, [], folder)
}
