// The reference: QEMU's pc machine with SeaBIOS, TCG, watched through QMP (QEMU's machine protocol, docs/interop/qmp-spec.txt) until the guest
// rests. Enters: a GuestWorld. Leaves: its state.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { columns, firmwareBanner, type GuestState, type GuestWorld, rows } from './guest-state.ts'

const videoMemory = 0xb8000
const pollInMs = 60
/** A guest that halts for good is seen at once; one that loops is taken to rest after so many polls without a change, the machine being busy. */
const quietPolls = 80
/** SeaBIOS needs a moment before it reads the boot sector. */
const leastPolls = 8

class Monitor {
  readonly #child: ChildProcess
  #waiting: ((answer: unknown) => void) | undefined
  exitStatus: number | undefined
  /** guest-reset, guest-shutdown, … */
  shutdownReason: string | undefined

  constructor(child: ChildProcess) {
    this.#child = child
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const message = JSON.parse(line) as { return?: unknown; error?: { desc: string }; event?: string; data?: { reason?: string } }
      if (message.event === 'SHUTDOWN') this.shutdownReason = message.data?.reason
      if (!('return' in message) && !('error' in message)) return
      const resolve = this.#waiting
      this.#waiting = undefined
      resolve?.(message.return)
    })
    child.on('exit', (code) => {
      this.exitStatus = code ?? 255
      this.#waiting?.(undefined)
    })
    child.stdin?.on('error', () => undefined)
  }

  command(execute: string, words: Record<string, unknown> = {}): Promise<unknown> {
    return new Promise((resolve) => {
      if (this.exitStatus !== undefined) {
        resolve(undefined)
        return
      }
      this.#waiting = resolve
      this.#child.stdin?.write(`${JSON.stringify({ execute, arguments: words })}\n`)
    })
  }

  async human(line: string): Promise<string> {
    const answer = await this.command('human-monitor-command', { 'command-line': line })
    return typeof answer === 'string' ? answer : ''
  }
}

/** QEMU's names of keys (ui/keymaps). */
function keyNames(text: string): string[] {
  const names: Record<string, string> = {
    '\n': 'ret',
    '\r': 'ret',
    ' ': 'spc',
    '\t': 'tab',
    '\b': 'backspace',
    '\u001b': 'esc',
    '-': 'minus',
    '=': 'equal',
    '.': 'dot',
    ',': 'comma',
    '/': 'slash',
    ';': 'semicolon',
    '!': 'shift-1',
    '@': 'shift-2',
    ':': 'shift-semicolon',
    '?': 'shift-slash',
  }
  return [...text].map((key) => names[key] ?? (/[A-Z]/.test(key) ? `shift-${key.toLowerCase()}` : key))
}

export async function runInQemu(world: GuestWorld, limitInMs: number): Promise<GuestState> {
  const folder = mkdtempSync(join(tmpdir(), 'guest-'))
  const file = (name: string) => join(folder, name)
  writeFileSync(file('image'), world.image)
  const boot =
    world.kind === 'multiboot'
      ? ['-kernel', file('image'), ...(world.commandLine === '' ? [] : ['-append', world.commandLine])]
      : world.floppy
        ? ['-drive', `if=floppy,format=raw,file=${file('image')}`]
        : ['-drive', `format=raw,file=${file('image')}`]
  const modules = world.modules.map(({ bytes, commandLine }, index) => {
    const path = file(`module${index}`)
    writeFileSync(path, bytes)
    return commandLine === '' ? path : `${path} ${commandLine}`
  })
  // The serial port's output is read from a log; its input goes through the socket once the guest listens.
  const words = [
    ['-machine', 'pc', '-m', String(world.memoryInMiB), '-display', 'none', '-nic', 'none', '-rtc', 'base=utc'],
    ['-action', 'reboot=shutdown,shutdown=pause', '-qmp', 'stdio'],
    ['-chardev', `socket,id=com1,path=${file('com1')},server=on,wait=off,logfile=${file('serial')}`, '-serial', 'chardev:com1'],
    ['-debugcon', `file:${file('debug')}`, '-device', 'isa-debug-exit,iobase=0xf4,iosize=4'],
    boot,
    modules.length > 0 ? ['-initrd', modules.join(',')] : [],
  ].flat()
  const child = spawn('qemu-system-x86_64', words, { stdio: ['pipe', 'pipe', 'ignore'] })
  try {
    const monitor = new Monitor(child)
    await monitor.command('qmp_capabilities')
    return await watch(monitor, world, file, limitInMs)
  } finally {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
}

async function watch(monitor: Monitor, world: GuestWorld, file: (name: string) => string, limitInMs: number): Promise<GuestState> {
  const read = (name: string) => {
    try {
      return readFileSync(file(name))
    } catch {
      return Buffer.alloc(0)
    }
  }
  const deadline = Date.now() + limitInMs
  let screen = Buffer.alloc(columns * rows * 2)
  let before = ''
  let quiet = 0
  let overPolls = 0
  let hasTyped = world.keys === ''
  let hasSent = world.serial === ''
  let end = 'rest'
  for (let poll = 0; Date.now() < deadline; poll++) {
    await new Promise((resolve) => setTimeout(resolve, pollInMs))
    const status = (await monitor.command('query-status')) as { status: string } | undefined
    if (monitor.exitStatus !== undefined) {
      end = `exit ${monitor.exitStatus}`
      break
    }
    await monitor.command('pmemsave', { val: videoMemory, size: screen.length, filename: file('screen') })
    screen = read('screen').length === screen.length ? read('screen') : screen
    if (status && status.status !== 'running') {
      end = monitor.shutdownReason === 'guest-shutdown' ? 'exit 0' : 'reset'
      break
    }
    const registers = await monitor.human('info registers')
    const isOver = /HLT=1/.test(registers) && (Number.parseInt(/E?FL=(\w+)/.exec(registers)?.[1] ?? '200', 16) & 0x200) === 0
    const text = screen.toString('latin1').replace(/(.)./gs, '$1')
    const hasBooted =
      world.kind === 'multiboot' ? poll > leastPolls : poll > leastPolls && (text.includes(firmwareBanner) || poll > 3 * leastPolls)
    const now = `${screen.toString('latin1')}${read('serial').length},${read('debug').length}`
    quiet = now === before && hasBooted ? quiet + 1 : 0
    before = now
    // Once more after that: the screen and the status were asked for before the registers.
    overPolls = isOver ? overPolls + 1 : 0
    if (overPolls > 1 && poll > 2) break
    if (!hasTyped && hasBooted && quiet >= 3) {
      hasTyped = true
      quiet = 0
      for (const key of keyNames(world.keys)) {
        await monitor.human(`sendkey ${key} 20`)
        await new Promise((resolve) => setTimeout(resolve, 60))
      }
    }
    if (!hasSent && hasBooted && quiet >= 3) {
      hasSent = true
      quiet = 0
      await sendToSocket(file('com1'), world.serial)
    }
    if (quiet >= quietPolls) break
  }
  return { screen, serial: read('serial').toString('latin1'), debug: read('debug').toString('latin1'), end }
}

async function sendToSocket(path: string, text: string): Promise<void> {
  const { connect } = await import('node:net')
  await new Promise<void>((resolve) => {
    const socket = connect(path, () => {
      socket.write(text)
      // Closing at once would lose what QEMU has not read yet.
      setTimeout(() => {
        socket.end()
        resolve()
      }, 300)
    })
    socket.on('error', () => resolve())
  })
}
