// Proves that the import rules of .oxlintrc.json fire: plants one forbidden import a package in a scratch copy and
// expects oxlint to refuse each. A rule that never fires would look like a clean tree.
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const forbidden = {
  diagnostics: ['node:fs', '@kernelbox/x86'],
  x86: ['node:os', '@kernelbox/diagnostics'],
  elf: ['node:fs', '@kernelbox/linker'],
  preprocessor: ['node:fs', '@kernelbox/assembler'],
  assembler: ['node:path', '@kernelbox/linker'],
  linker: ['node:fs', '@kernelbox/assembler'],
  launcher: ['node:fs', '@kernelbox/linker'],
}
const scratch = mkdtempSync(join(tmpdir(), 'kernelbox-directions-'))
let failed = 0
try {
  copyFileSync(join(root, '.oxlintrc.json'), join(scratch, '.oxlintrc.json'))
  for (const [name, modules] of Object.entries(forbidden)) {
    const folder = join(scratch, 'packages', name, 'src')
    mkdirSync(folder, { recursive: true })
    for (const module of modules) {
      writeFileSync(join(folder, 'planted.ts'), `import * as planted from '${module}'\nexport const keys = Object.keys(planted)\n`)
      const { status, stdout } = spawnSync(join(root, 'node_modules', '.bin', 'oxlint'), ['-c', '.oxlintrc.json', '.'], {
        cwd: scratch,
        encoding: 'utf8',
      })
      const refused = status !== 0 && /no-restricted-imports/.test(stdout)
      console.log(`${refused ? 'ok  ' : 'FAIL'} packages/${name} may not import ${module}`)
      if (!refused) failed++
    }
    rmSync(join(folder, 'planted.ts'))
  }
} finally {
  rmSync(scratch, { recursive: true })
}
process.exit(failed > 0 ? 1 : 0)
