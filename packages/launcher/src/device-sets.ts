// Ready-made sets of devices. README.md and docs/machines.md list their memory and port maps.
import { Apics } from './devices/apics.ts'
import { Cmos } from './devices/cmos.ts'
import { Keyboard } from './devices/keyboard.ts'
import { ParallelPort } from './devices/parallel-port.ts'
import { Pic } from './devices/pic.ts'
import { Pci } from './devices/pci.ts'
import { Pit } from './devices/pit.ts'
import { PowerManagement } from './devices/power-management.ts'
import { DebugConsole, DebugExit, TestDevice } from './devices/test-devices.ts'
import { Uart } from './devices/uart.ts'
import { VgaText } from './devices/vga-text.ts'
import type { Vm } from './vm.ts'

export interface PcOptions {
  /** Gets each byte that the guest sends through COM1. */
  serial?: (byte: number) => void
  /** Gets each byte written to the debug console, port E9h. */
  debugConsole?: (byte: number) => void
  /** Gets each byte printed through LPT1. */
  printer?: (byte: number) => void
}

export interface Pc {
  readonly pic: Pic
  readonly pit: Pit
  readonly cmos: Cmos
  readonly keyboard: Keyboard
  readonly uart: Uart
  readonly screen: VgaText
}

/** The devices of a PC: two 8259 and the APICs, PCI configuration space, 8254, CMOS clock, 8042, COM1, LPT1, VGA text; with debug console and debug exit. */
export function attachPc(vm: Vm, options: PcOptions = {}): Pc {
  const pic = new Pic()
  vm.attachInterruptController(new Apics(pic))
  const pc: Pc = {
    pic,
    pit: new Pit(),
    cmos: new Cmos(),
    keyboard: new Keyboard(),
    uart: new Uart(options.serial ?? (() => {})),
    screen: new VgaText(),
  }
  vm.attach(
    pc.pit,
    pc.cmos,
    pc.keyboard,
    pc.uart,
    pc.screen,
    new ParallelPort(options.printer ?? (() => {})),
    new DebugConsole(options.debugConsole ?? (() => {})),
    new DebugExit(),
    new PowerManagement(),
    new Pci(),
  )
  // Writes to the port of the power-on self test are delays.
  vm.io.on(0x80, { posted: true, in: () => 0 })
  return pc
}

/** What kvm-unit-tests' guests use: serial output at F1h, exit at F4h, memory size, echo, interrupt lines; with PIC, PIT and COM1. */
export function attachTestDevices(vm: Vm, options: PcOptions = {}): Pc {
  const pc = attachPc(vm, options)
  vm.attach(new TestDevice(), new DebugConsole(options.serial ?? (() => {}), 0xf1))
  return pc
}
