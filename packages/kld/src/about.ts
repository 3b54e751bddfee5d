// What kld tells of itself: --version, -V, and the script in force (--verbose). Build systems read the first line as GNU ld's: its first two
// words and its last (scripts/ld-version.sh of Linux, libtool), so it has that form and says in between whose it is.

import { version } from '@kernelbox/cli'
import { builtInScript, type LdCommand } from '@kernelbox/linker'

const rule = '='.repeat(50)

export function versionText(kind: 'line' | 'emulations'): string {
  const line = `GNU ld (kernelbox kld ${version}, compatible) 2.40\n`
  return kind === 'line' ? line : `${line}  Supported emulations:\n   elf_x86_64\n   elf32_x86_64\n   elf_i386\n   elf_iamcu\n`
}

/** `script`: the text of -T, undefined where the built-in one is in force. */
export function scriptText({ options }: LdCommand, script: string | undefined): string {
  const text = script ?? builtInScript(options)
  return `using ${script === undefined ? 'internal' : 'external'} linker script:\n${rule}\n${text.replace(/^\n/, '')}\n${rule}\n`
}
