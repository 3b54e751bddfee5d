// Inputs of the benches, made once into the cache folder: sqlite3.c from the npm package better-sqlite3, what gcc makes of
// it, and generated sources.

import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '../core/cache.ts'
import { WrongUse } from '../core/case.ts'

export function runTool(words: readonly string[], cwd: string): void {
  const [program = '', ...rest] = words
  const { status, stderr, error } = spawnSync(program, rest, { cwd, encoding: 'utf8', maxBuffer: 1 << 26 })
  if (status !== 0) throw new WrongUse(`${words.join(' ')}: ${error?.message ?? stderr.slice(0, 500)}`)
}

/** sqlite3.c and sqlite3.h, fetched by npm; never in the repository. */
export function sqliteFolder(): string {
  const folder = cacheFolder('bench', 'sqlite')
  const found = join(folder, 'package', 'deps', 'sqlite3')
  if (!existsSync(join(found, 'sqlite3.c'))) {
    runTool(['npm', 'pack', '--silent', 'better-sqlite3@13.2.0'], folder)
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? ''
    runTool(['tar', '-xzf', tarball, 'package/deps/sqlite3'], folder)
    rmSync(join(folder, tarball))
  }
  return found
}

/** A file of the cache, made by `make` where it is missing. */
export function madeOnce(name: string, make: (path: string) => void): string {
  const path = join(cacheFolder('bench'), name)
  if (!existsSync(path)) make(path)
  return path
}

/** `gcc -O2 -S` of sqlite3. */
export function sqliteAssembly(kind: 'plain' | 'cfi' | 'debug'): string {
  const flags = { plain: ['-fno-asynchronous-unwind-tables', '-fno-exceptions'], cfi: [], debug: ['-g'] }[kind]
  return madeOnce(`sqlite3-${kind}.s`, (path) => runTool(['gcc', '-O2', '-S', ...flags, 'sqlite3.c', '-o', path], sqliteFolder()))
}

/** Writes many lines without holding them all. */
export function writeLines(path: string, count: number, line: (i: number) => string): void {
  const file = openSync(path, 'w')
  let chunk = ''
  for (let i = 0; i < count; i++) {
    chunk += line(i)
    if (chunk.length > 1 << 20) {
      writeSync(file, chunk)
      chunk = ''
    }
  }
  writeSync(file, chunk)
  closeSync(file)
}

/** Statements as compilers write them: labels, short and long branches, data with symbol differences. */
export function generatedAssembly(lines: number): string {
  const statement = (i: number): string => {
    const n = i >> 4
    switch (i & 15) {
      case 0:
        return `.L${n}:\n`
      case 1:
        return `\tmovq\t%rdi, -${(i % 120) + 8}(%rbp)\n`
      case 2:
        return `\taddl\t$${i % 1000}, %eax\n`
      case 3:
        return `\tleaq\t(%rax,%rcx,${1 << (i & 3)}), %rdx\n`
      case 4:
        return `\tjne\t.L${Math.max(0, n - (i % 7))}\n`
      case 5:
        return `\tcall\tfunction${i % 50}@PLT\n`
      case 6:
        return `\tmovzbl\t(%rdx), %esi\n`
      case 7:
        return `\tmovsd\t.LC${i % 10}(%rip), %xmm0\n`
      case 8:
        return `\tjmp\t.L${n}\n`
      case 9:
        return `\t.p2align 4,,10\n`
      case 10:
        return `\tcmpq\t$${i % 300}, %r${8 + (i % 8)}\n`
      default:
        return `\tmov${'lq'[i & 1]}\t%${i & 1 ? 'rsp' : 'ebx'}, %${i & 1 ? 'rbp' : 'ecx'}\n`
    }
  }
  return madeOnce(`generated-${lines}.s`, (path) => writeLines(path, lines, statement))
}
