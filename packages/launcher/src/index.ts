/**
 * Runs tiny x86 guests. In the order of a machine's life: `createVm` makes one on an engine (KVM or v86), handlers claim ports and
 * addresses, `load` and `run`, a typed exit says why it ended, `stats` what it did.
 */
export { createVm, type VmOptions } from './create-vm.ts'
export { type RunOptions, Vm, type VmSnapshot } from './vm.ts'
export { type EngineName, EngineUnavailableError, type MappedMemory, type RunCallbacks } from './engines/engine.ts'
export { type CpuidEntry, EngineLimitError, type Translation, Vcpu } from './vcpu.ts'
export type {
  AbortedExit,
  DebugEventExit,
  HaltExit,
  InternalErrorExit,
  IoExit,
  LimitExit,
  MmioExit,
  ResetExit,
  ShutdownExit,
  StoppedExit,
  TimeoutExit,
  VmExit,
} from './exits.ts'
export { IoBus, type PortHandler, type PortRange, type PortSize } from './io-bus.ts'
export { MmioBus, type MmioHandler } from './mmio-bus.ts'
export { GuestMemory, defaultLoadAddress, defaultMemoryInBytes, memorySizeFault } from './memory.ts'
export {
  type DescriptorTable,
  formatRegisters,
  type GeneralRegister,
  modeOf,
  realModeSegment,
  type Registers,
  type RegistersUpdate,
  type Segment,
  type SegmentName,
} from './registers.ts'
export { formatStatistics, type PortStatistics, type VmStatistics } from './statistics.ts'
export type { SoftwareOptions } from './engines/software/load-v86.ts'
export type { Board, Clock, Device, DeviceState, IrqLine } from './devices/device.ts'
export { byteWide } from './devices/device.ts'
export { Cmos } from './devices/cmos.ts'
export { Keyboard } from './devices/keyboard.ts'
export { Pic } from './devices/pic.ts'
export { Pit, pitFrequencyInHz } from './devices/pit.ts'
export { PowerManagement } from './devices/power-management.ts'
export { DebugConsole, DebugExit, TestDevice } from './devices/test-devices.ts'
export { Uart } from './devices/uart.ts'
export { type ScreenCell, screenColumns, screenRows, VgaText } from './devices/vga-text.ts'
export { attachPc, attachTestDevices, type Pc, type PcOptions } from './device-sets.ts'
export { bootImage, type BootOptions } from './boot/boot-image.ts'
export { bootFlat, type BootFormat, type BootResult, detectFormat, type ImageFault } from './boot/image-format.ts'
export { enterLongMode, enterProtectedMode, enterRealMode } from './boot/entry.ts'
export { biosImage, installBios } from './bios/bios.ts'
export { Ata } from './devices/ata.ts'
export { BiosDisk } from './devices/bios-disk.ts'
export { DiskImage, type Geometry } from './devices/disk-image.ts'
export { ParallelPort } from './devices/parallel-port.ts'
