// kasm: preprocess, assemble and link in one process. This file is the command; build.ts does the work.

import { expandResponseFiles, runCommand, version } from '@kernelbox/cli'
import { build } from './build.ts'
import { parseCommandLine, type Request } from './command-line.ts'

/** @returns the exit status */
async function main(words: string[]): Promise<number> {
  const command = parseCommandLine(expandResponseFiles(words))
  if (typeof command === 'string') {
    process.stdout.write(await answer(command))
    return 0
  }
  return build(command)
}

async function answer(request: Request): Promise<string> {
  switch (request) {
    case 'help': {
      const { helpText } = await import('./help.ts')
      return helpText()
    }
    case 'version':
      return `kasm ${version} (kernelbox)\nPredefined macros as gcc 12.2, assembler dialect as GNU as 2.40, scripts as GNU ld 2.40.\n`
    case 'tools-folder': {
      const { toolsFolder } = await import('./tools-folder.ts')
      return `${toolsFolder()}\n`
    }
    case 'dump-version':
      // Build files ask for gcc's version to choose its options.
      return '12\n'
    default:
      return 'x86_64-linux-gnu\n'
  }
}

void runCommand('kasm', main)
