// `bench linker`: kld against GNU ld, flat and ELF: many objects of 100 sections each, and 100 MB of data. The start of
// Node (`node -e 0`) is measured in the same run; "apart" is kld's time without it.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleCommands } from '../core/bundle-commands.ts'
import { cacheFolder } from '../core/cache.ts'
import { compareExecutables, compareFlat } from '../ld/compare-links.ts'
import type { BenchOptions } from './assembler-bench.ts'
import { formatMeasured, measure } from './measure.ts'
import { runTool, writeLines } from './inputs.ts'

const script = `SECTIONS {
  . = 0x100000;
  .text : { *(.text .text.*) }
  .data : { *(.data .data.*) }
  .bss : { *(.bss) *(COMMON) }
  end = .;
}
`

/** Objects with 100 sections each, a global symbol each and a call to the next object's: one is assembled, the others are
 * copies with the digits of the names replaced. */
function manyObjects(folder: string, count: number): string[] {
  mkdirSync(folder, { recursive: true })
  const digits = (n: number): string => String(n).padStart(6, '0')
  const template = join(folder, 'template.s')
  writeLines(template, 100, (i) =>
    i === 0
      ? '.text\n.globl own_111111\nown_111111:\n\tcall own_222222\n\tret\n'
      : `.section .${i % 2 ? 'text' : 'data'}.s${i},"a${i % 2 ? 'x' : 'w'}"\nl${i}:\n\t.long l${i} - .\n\t.quad own_111111 + ${i}\n\t.fill ${i % 50}, 1, ${i}\n`,
  )
  runTool(['as', template, '-o', join(folder, 'template.o')], folder)
  const bytes = readFileSync(join(folder, 'template.o')).toString('latin1')
  return Array.from({ length: count }, (_, i) => {
    const path = join(folder, `${digits(i)}.o`)
    writeFileSync(path, Buffer.from(bytes.replaceAll('111111', digits(i)).replaceAll('222222', digits((i + 1) % count)), 'latin1'))
    return path
  })
}

function largeObjects(folder: string, count: number, bytesEach: number): string[] {
  mkdirSync(folder, { recursive: true })
  return Array.from({ length: count }, (_, i) => {
    const source = join(folder, `large${i}.s`)
    writeFileSync(
      source,
      `.data\nlarge${i}: .fill ${bytesEach / 4}, 4, 0x${(0x1000000 + i).toString(16)}\n.text\n.globl f${i}\nf${i}: mov large${i}, %eax\n ret\n`,
    )
    runTool(['as', source, '-o', join(folder, `large${i}.o`)], folder)
    return join(folder, `large${i}.o`)
  })
}

export async function benchLinker({ rounds, quick }: BenchOptions, print: (text: string) => void): Promise<void> {
  const kld = await bundleCommands('command', ['kld'])
  const folder = cacheFolder('bench', 'links')
  const scriptFile = join(folder, 'bench.ld')
  writeFileSync(scriptFile, script)
  const compare = (title: string, objects: readonly string[]): void => {
    const response = join(folder, 'objects.rsp')
    writeFileSync(response, objects.join('\n'))
    for (const [kind, options] of [
      ['ELF', []],
      ['flat', ['--oformat=binary']],
    ] as const) {
      const words = [...options, '-T', scriptFile, `@${response}`]
      const measured = measure(
        [
          { name: 'GNU ld', words: ['ld', ...words, '-o', 'gnu.out'] },
          { name: 'kld', words: [process.execPath, kld, ...words, '-o', 'ours.out'] },
          { name: 'node -e 0', words: [process.execPath, '-e', '0'] },
        ],
        rounds,
        folder,
      )
      print(formatMeasured(`${title}, ${kind}`, measured))
      const [gnu, ours, start] = measured.map(({ wallInMs }) => wallInMs)
      print(`  process start apart: ratio ${(((ours ?? 0) - (start ?? 0)) / (gnu ?? 1)).toFixed(2)}\n`)
      const [gnuBytes, ourBytes] = ['gnu.out', 'ours.out'].map((name) => readFileSync(join(folder, name))) as [Buffer, Buffer]
      const { status, why } = kind === 'flat' ? compareFlat(gnuBytes, ourBytes) : compareExecutables(gnuBytes, ourBytes)
      print(`  outputs: ${status} ${why}\n`)
    }
  }
  compare('two objects', manyObjects(join(folder, 'two'), 2))
  compare('1,000 objects of 100 sections', manyObjects(join(folder, 'thousand'), 1_000))
  if (!quick) compare('10,000 objects of 100 sections', manyObjects(join(folder, 'many'), 10_000))
  compare('100 MB in 100 objects', largeObjects(join(folder, 'large'), 100, 1 << 20))
}
