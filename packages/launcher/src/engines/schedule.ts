// How long one machine may hold the event loop. A machine runs for a slice and then waits for a turn; one turn of the event loop
// serves one waiting machine, so that timers and streams never wait longer than a slice, however many guests run.

/** Milliseconds that one machine may run in this thread before it gives way: less where others wait. */
export function sliceInMs(): number {
  return running > 2 ? 2 : 6
}

let running = 0

/** Registers a running machine; call the result when it stops. */
export function enterRun(): () => void {
  running++
  let left = false
  return () => {
    if (!left) running--
    left = true
  }
}

/** Machines that are running now. */
export function runningMachines(): number {
  return running
}

interface WithImmediate {
  setImmediate?: (callback: () => void) => unknown
}

const waiting: (() => void)[] = []

/** Resolves when it is this machine's turn: other machines that wait go first, and timers, signals and streams are served. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve)
    if (waiting.length === 1) postTask(serve)
  })
}

function serve(): void {
  const resolve = waiting.shift()
  if (waiting.length > 0) postTask(serve)
  resolve?.()
}

// A new immediate runs in the next turn of Node's loop. In browsers setTimeout is clamped to 4 ms and a message is not (HTML
// standard, "timers").
interface Channel {
  port1: { onmessage?: () => void }
  port2: { postMessage(message: unknown): void }
}
let channel: Channel | undefined
let posted: (() => void) | undefined
function postTask(task: () => void): void {
  const { setImmediate } = globalThis as WithImmediate
  if (setImmediate) {
    setImmediate(task)
    return
  }
  if (!channel) {
    channel = new MessageChannel() as unknown as Channel
    channel.port1.onmessage = () => posted?.()
  }
  posted = task
  channel.port2.postMessage(0)
}

/** A sleep that a kick ends. */
export class Wakeup {
  #wake: (() => void) | undefined
  #pending = false

  wake(): void {
    this.#pending = true
    this.#wake?.()
  }

  /** Waits for `wake` or for `milliseconds` (Infinity: without limit), with no CPU use. */
  async sleep(milliseconds: number): Promise<void> {
    if (!this.#pending) {
      await new Promise<void>((resolve) => {
        // A timer of the longest length keeps the process alive while a guest waits for ever.
        const timer = setTimeout(resolve, Math.min(milliseconds, 0x7fffffff))
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      this.#wake = undefined
    }
    this.#pending = false
  }
}
