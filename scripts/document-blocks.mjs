// The code blocks of a Markdown document that CI executes. What the info string says:
//   ```sh run           run by sh -eu in the document's folder          ```js run   run by node as a module
//   ```asm file=boot.S  written to that file first (any language)
//   ```text output      what the run block before it must have printed on standard output
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** @returns {{ language: string, words: string[], text: string, line: number }[]} */
export function codeBlocks(markdown) {
  const blocks = []
  let open
  markdown.split('\n').forEach((line, index) => {
    const fence = /^```(.*)$/.exec(line)
    if (!fence) open?.lines.push(line)
    else if (open) {
      blocks.push({ language: open.language, words: open.words, text: `${open.lines.join('\n')}\n`, line: open.line })
      open = undefined
    } else {
      const [language = '', ...words] = fence[1].trim().split(/\s+/)
      open = { language, words, lines: [], line: index + 1 }
    }
  })
  if (open) throw new Error(`line ${open.line}: code block is not closed`)
  return blocks
}

/** Runs a document's blocks in order in `folder`; returns how many ran, throws at the first that fails. */
export function runBlocks(markdown, folder, env, name) {
  let output
  let ran = 0
  for (const block of codeBlocks(markdown)) {
    const where = `${name}:${block.line}`
    const file = block.words.find((word) => word.startsWith('file='))?.slice(5)
    if (file) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), block.text)
    }
    if (block.words.includes('run')) {
      const script = file ?? `block-${block.line}.mjs`
      if (block.language === 'js') writeFileSync(join(folder, script), block.text)
      const [program, args] =
        block.language === 'js' ? ['node', [script]] : block.language === 'sh' ? ['sh', ['-eu', '-c', block.text]] : []
      if (!program) throw new Error(`${where}: cannot run ${block.language}`)
      const result = spawnSync(program, args, { cwd: folder, env, encoding: 'utf8', timeout: 120_000 })
      if (result.status !== 0) throw new Error(`${where}: exit status ${result.status ?? result.signal}\n${result.stdout}${result.stderr}`)
      output = result.stdout
      ran++
    } else if (block.words.includes('output')) {
      if (output === undefined) throw new Error(`${where}: output without a run block before it`)
      if (output.trimEnd() !== block.text.trimEnd()) throw new Error(`${where}: printed\n${output}instead of\n${block.text}`)
    }
  }
  return ran
}
