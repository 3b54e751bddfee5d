// Child's side of command-worker.ts: an entry point of its own, bundled together with the commands, which register
// themselves (bundle-commands.ts). Nothing of one run may be seen by the next: exit status, arguments, folder and
// listeners are put back.

import { ftruncateSync } from 'node:fs'
import type { CommandReply, CommandRequest } from './command-worker.ts'

type Command = () => Promise<void>

const commands = ((globalThis as { kernelboxCommands?: Record<string, Command> }).kernelboxCommands ??= {})

process.on('message', (message: CommandRequest) => {
  void serve(message)
})

async function serve({ program, words, cwd }: CommandRequest): Promise<void> {
  ftruncateSync(1, 0)
  ftruncateSync(2, 0)
  process.chdir(cwd)
  process.argv = [process.argv[0] ?? 'node', program, ...words]
  process.exitCode = undefined
  try {
    const command = commands[program]
    if (!command) throw new Error(`no command ${program}`)
    await command()
  } catch (error) {
    process.stderr.write(`${program}: crashed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exitCode = 70
  }
  process.stdout.removeAllListeners('error')
  const reply: CommandReply = { status: Number(process.exitCode ?? 0), residentInBytes: process.memoryUsage.rss() }
  process.exitCode = undefined
  process.send?.(reply)
}
