// What a device is: named registers behind the buses, no host I/O, state that can be saved. Enters: a Board, its only way out.
import { now } from '../now.ts'
import type { IoBus, PortHandler } from '../io-bus.ts'
import type { MmioBus } from '../mmio-bus.ts'

/** Time as devices see it; injected, so that tests and deterministic runs own it. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number
  /** Milliseconds since 1970, for the real-time clock. */
  wallTime(): number
}

export const systemClock: Clock = { now: () => now(), wallTime: () => Date.now() }

/** An input of the interrupt controller. */
export interface IrqLine {
  set(level: boolean): void
  /** A short pulse: one edge. */
  pulse(): void
}

/** What a device may touch. */
export interface Board {
  readonly io: IoBus
  readonly mmio: MmioBus
  readonly clock: Clock
  readonly memorySizeInBytes: number
  /** Guest memory at an address, as it is now; for screens. */
  memoryView(address: number, sizeInBytes: number): Uint8Array
  /** Writes guest memory, as a device with direct access does. */
  writeMemory(address: number, bytes: Uint8Array): void
  irq(line: number): IrqLine
  /** Registers what runs before the guest goes on; it gives the milliseconds until it wants to be called again (Infinity: never). */
  addTimer(timer: () => number): void
  /** Ends the run with a code. */
  stop(code: number): void
  /** Opens or closes the address line A20; closed, bit 20 of addresses counts as 0. Engines that have no such line ignore it. */
  a20(isOpen: boolean): void
  /** The guest asked for a reset of the machine. */
  reset(): void
  /** Something changed from outside a handler (input came): wakes a guest that sleeps in HLT. */
  wake(): void
}

/** Plain data, so that a snapshot can be written as JSON. */
export type DeviceState = { readonly [name: string]: unknown }

export interface Device {
  readonly name: string
  attach(board: Board): void
  save(): DeviceState
  restore(state: DeviceState): void
}

/** A handler whose registers have one byte: see {@link PortHandler.byteWide}. */
export function byteWide(device: { in?(port: number): number; out?(port: number, value: number): void; posted?: boolean }): PortHandler {
  return {
    byteWide: true,
    posted: device.posted === true,
    in: (port) => device.in?.(port) ?? 0xff,
    out: (port, value) => device.out?.(port, value & 0xff),
  }
}
