// ACPI's fixed hardware: the PM1 event and control registers and the timer at 600h, the SMI command port B2h as QEMU's PC has them, port B004h as Bochs
// has it. Enters: the guest's accesses. Leaves: the end of the run, with code 0, for sleep (2000h). Follows the ACPI Specification 1.0b §4.7.3.
import type { Board, Device, DeviceState } from './device.ts'

/** Events here, control at 4, timer at 8; boot/firmware-tables.ts tells kernels. */
export const powerManagementPorts = 0x600
const sleepEnable = 0x2000
const acpiEnabled = 1
/** The power management timer: 3.579545 MHz, 24 bits (§4.7.3.3). */
const timerTicksPerMs = 3579.545

export class PowerManagement implements Device {
  readonly name = 'power-management'
  #events = 0
  #control = 0
  attach(board: Board): void {
    const control = (value: number) => {
      if (value & sleepEnable) board.stop(0)
      this.#control = (value & ~sleepEnable & ~acpiEnabled) | (this.#control & acpiEnabled)
    }
    for (const port of [powerManagementPorts + 4, 0xb004])
      board.io.on([port, port + 1], { in: () => this.#control, out: (_port, value) => control(value) })
    board.io.on([powerManagementPorts, powerManagementPorts + 3], {
      in: (port) => this.#events >>> (8 * (port & 3)),
      out: (port, value) => {
        // The status in the lower half is cleared by writing ones; nothing ever sets it.
        if (port === powerManagementPorts + 2) this.#events = value << 16
      },
    })
    board.io.on([powerManagementPorts + 8, powerManagementPorts + 11], {
      in: (port) => (Math.floor(board.clock.now() * timerTicksPerMs) & 0xffffff) >>> (8 * (port & 3)),
    })
    board.io.on(0xb2, {
      in: () => 0,
      out: (_port, value) => {
        if (value === 0xf1) this.#control |= acpiEnabled
        if (value === 0xf0) this.#control &= ~acpiEnabled
      },
    })
  }
  save(): DeviceState {
    return { events: this.#events, control: this.#control }
  }
  restore(state: DeviceState): void {
    this.#events = state.events as number
    this.#control = state.control as number
  }
}
