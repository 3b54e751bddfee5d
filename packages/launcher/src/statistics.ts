// What a machine counted. The engine fills it in; on KVM the numbers are those that KVM delivered.

export interface PortStatistics {
  readonly port: number
  readonly direction: 'in' | 'out'
  /** Exits that accesses to this port caused. One exit may carry many elements of `rep outs`; a coalesced write causes none. */
  exits: number
  /** Elements that were read or written. */
  accesses: number
  /** Writes that came through KVM's coalescing ring, without an exit of their own. */
  coalesced: number
}

export interface VmStatistics {
  readonly engine: string
  /** Exits from the guest to the launcher. The software engine has none of KVM's: there it is the number of accesses and halts. */
  exits: number
  exitsByReason: Record<string, number>
  ports: PortStatistics[]
  mmioReads: number
  mmioWrites: number
  /** Interrupts and exceptions that the launcher injected. */
  injectedInterrupts: number
  /** Instructions executed, where the engine knows. */
  instructions: number | undefined
  /** Wall-clock time inside the guest and in all of `run`. */
  guestTimeInMs: number
  totalTimeInMs: number
}

export class StatisticsRecorder {
  readonly engine: string
  exits = 0
  readonly reasons: Record<string, number> = {}
  readonly #ports = new Map<number, PortStatistics>()
  mmioReads = 0
  mmioWrites = 0
  injectedInterrupts = 0
  guestTimeInMs = 0
  totalTimeInMs = 0

  constructor(engine: string) {
    this.engine = engine
  }

  /** One exit; the KVM engine adds up its own (engines/kvm/counters.ts). */
  countExit(reason: string): void {
    this.exits++
    this.countReason(reason)
  }

  countReason(name: string, times = 1): void {
    this.reasons[name] = (this.reasons[name] ?? 0) + times
  }

  port(port: number, isOut: boolean): PortStatistics {
    const key = port * 2 + (isOut ? 1 : 0)
    let entry = this.#ports.get(key)
    if (!entry) {
      entry = { port, direction: isOut ? 'out' : 'in', exits: 0, accesses: 0, coalesced: 0 }
      this.#ports.set(key, entry)
    }
    return entry
  }

  snapshot(instructions: number | undefined): VmStatistics {
    return {
      engine: this.engine,
      exits: this.exits,
      exitsByReason: { ...this.reasons },
      ports: [...this.#ports.values()].map((entry) => ({ ...entry })).sort((a, b) => a.port - b.port),
      mmioReads: this.mmioReads,
      mmioWrites: this.mmioWrites,
      injectedInterrupts: this.injectedInterrupts,
      instructions,
      guestTimeInMs: this.guestTimeInMs,
      totalTimeInMs: this.totalTimeInMs,
    }
  }
}

/** The sum of what a guest did on one engine and then on another. */
export function addStatistics(before: VmStatistics, after: VmStatistics): VmStatistics {
  const exitsByReason = { ...before.exitsByReason }
  for (const [reason, count] of Object.entries(after.exitsByReason)) exitsByReason[reason] = (exitsByReason[reason] ?? 0) + count
  const ports = before.ports.map((entry) => ({ ...entry }))
  for (const entry of after.ports) {
    const same = ports.find(({ port, direction }) => port === entry.port && direction === entry.direction)
    if (!same) ports.push({ ...entry })
    else {
      same.exits += entry.exits
      same.accesses += entry.accesses
      same.coalesced += entry.coalesced
    }
  }
  return {
    engine: `${before.engine}, then ${after.engine}`,
    exits: before.exits + after.exits,
    exitsByReason,
    ports: ports.sort((a, b) => a.port - b.port),
    mmioReads: before.mmioReads + after.mmioReads,
    mmioWrites: before.mmioWrites + after.mmioWrites,
    injectedInterrupts: before.injectedInterrupts + after.injectedInterrupts,
    instructions: after.instructions,
    guestTimeInMs: before.guestTimeInMs + after.guestTimeInMs,
    totalTimeInMs: before.totalTimeInMs + after.totalTimeInMs,
  }
}

/** Statistics as a table for people. */
export function formatStatistics(statistics: VmStatistics): string {
  const { exits, exitsByReason, ports, guestTimeInMs, totalTimeInMs, instructions } = statistics
  const reasons = Object.entries(exitsByReason).filter(([, count]) => count > 0)
  const lines = [
    `engine ${statistics.engine}: ${exits} exits, ${guestTimeInMs.toFixed(1)} ms in the guest of ${totalTimeInMs.toFixed(1)} ms`,
    `  by reason: ${reasons.map(([name, count]) => `${name} ${count}`).join(', ') || 'none'}`,
  ]
  if (instructions !== undefined) lines.push(`  instructions: ${instructions}`)
  for (const { port, direction, exits: portExits, accesses, coalesced } of ports) {
    const ring = coalesced > 0 ? `, ${coalesced} coalesced` : ''
    lines.push(`  port 0x${port.toString(16).padEnd(4)} ${direction.padEnd(3)} ${portExits} exits, ${accesses} accesses${ring}`)
  }
  if (statistics.mmioReads + statistics.mmioWrites > 0) lines.push(`  mmio ${statistics.mmioReads} reads, ${statistics.mmioWrites} writes`)
  if (statistics.injectedInterrupts > 0) lines.push(`  interrupts injected: ${statistics.injectedInterrupts}`)
  return `${lines.join('\n')}\n`
}
