// A virtual CPU: registers, events, and the run loop's results. Follows Documentation/virt/kvm/api.rst §4 and §5 ("The kvm_run
// structure"). Structures are laid out as in <linux/kvm.h> for x86; all fields little-endian.
import { type KvmBinding, type VcpuHandle, loadBinding } from './binding.ts'
import { checked } from './errors.ts'

/** What `run` came back with: look at the exit; the budget or a kick ended it; the log is full; an interrupt can be given now. */
export const runResult = { exit: 0, interrupted: 1, logFull: 2, interruptWindow: 3 } as const

/** KVM_EXIT_* numbers. */
export const exitReason = {
  unknown: 0,
  exception: 1,
  io: 2,
  hypercall: 3,
  debug: 4,
  hlt: 5,
  mmio: 6,
  irqWindowOpen: 7,
  shutdown: 8,
  failEntry: 9,
  intr: 10,
  setTpr: 11,
  tprAccess: 12,
  nmi: 16,
  internalError: 17,
  systemEvent: 24,
  x86Rdmsr: 29,
  x86Wrmsr: 30,
} as const

/** Names of the exit reasons, for statistics. */
export const exitReasonNames: readonly string[] = namesOf(exitReason)

function namesOf(table: Record<string, number>): string[] {
  const names: string[] = []
  for (const [name, number] of Object.entries(table)) names[number] = name
  return names
}

// native/vcpu.h: struct channel.
const channelLogCount = 0
const channelExits = 1
const channelInterruptions = 2
const channelSlices = 3
const channelRun = 5 // port, size, coalesced, exits
const channelReasons = 16
const channelPosted = 4096
const channelLog = channelPosted + 8192
const logCapacity = 8192
const channelRunValues = channelLog + logCapacity * 8

// struct kvm_run: request_interrupt_window at 0, immediate_exit at 1, exit_reason at 8, ready_for_interrupt_injection at 12,
// if_flag at 13, cr8 at 16, apic_base at 24, the union of exits at 32.
const runExitReason = 8
const exitUnion = 32

/** OUTs that the guest did one after another and nobody had to answer. */
export interface PostedWrites {
  readonly port: number
  readonly size: number
  /** The first `length` of them, bytes where `size` is 1; used again for the next run. */
  readonly values: Uint8Array | Uint32Array
  readonly length: number
  /** How many came through the coalescing ring, without an exit of their own. */
  readonly coalesced: number
  /** How many exits the others made (`rep outsb` may put many into one). */
  readonly exits: number
}

export class KvmVcpu {
  readonly id: number
  readonly fd: number
  /** struct kvm_run, and its I/O page. */
  readonly run: DataView
  readonly runBytes: Uint8Array
  readonly #binding: KvmBinding
  readonly #handle: VcpuHandle
  readonly #channel: Uint32Array
  readonly #posted: Uint8Array
  readonly #bytes: Uint8Array
  readonly #words: Uint32Array
  #closed = false

  /** @param coalescedPage page of kvm_run that holds the coalescing ring (KVM_CAP_COALESCED_MMIO), 0 for none */
  constructor(fd: number, id: number, runSizeInBytes: number, coalescedPage: number) {
    this.#binding = loadBinding()
    this.id = id
    this.fd = fd
    const attached = this.#binding.attachVcpu(fd, runSizeInBytes, coalescedPage)
    if (typeof attached === 'number') {
      this.#binding.close(fd)
      checked(attached, 'mmap of kvm_run')
      throw new Error('unreachable')
    }
    this.#handle = attached.handle
    this.run = new DataView(attached.run)
    this.runBytes = new Uint8Array(attached.run)
    this.#channel = new Uint32Array(attached.channel, 0, channelPosted / 4)
    this.#posted = new Uint8Array(attached.channel, channelPosted, 8192)
    this.#bytes = new Uint8Array(attached.channel, channelRunValues, logCapacity)
    this.#words = new Uint32Array(attached.channel, channelRunValues, logCapacity)
  }

  /**
   * KVM_RUN in this thread until something needs an answer or the budget is over; posted writes go to the log.
   * @param budgetInMicroseconds 0 leaves a timer of an earlier call running
   * @returns one of {@link runResult}; throws KvmError where KVM_RUN fails
   */
  runHere(budgetInMicroseconds: number): number {
    const result = this.#binding.run(this.#handle, budgetInMicroseconds)
    return result < 0 ? checked(result, 'KVM_RUN') : result
  }

  /** The same in a thread of Node's pool. */
  async runInPool(budgetInMicroseconds: number): Promise<number> {
    const result = await this.#binding.runInPool(this.#handle, budgetInMicroseconds)
    return checked(result, 'KVM_RUN')
  }

  /** Ends a run that is under way, or the next one. */
  kick(): void {
    if (!this.#closed) this.#binding.kick(this.#handle)
  }

  /** Stops the timer that `runHere` started. */
  disarm(): void {
    this.#binding.disarm(this.#handle)
  }

  /** Finishes the IN or the MMIO read of the last exit without running the guest, so that registers can be read. */
  completeIo(): void {
    checked(this.#binding.completeIo(this.#handle), 'KVM_RUN with immediate_exit')
  }

  get exitReason(): number {
    return this.run.getUint32(runExitReason, true)
  }

  // ---- the union of struct kvm_run ----
  get ioIsOut(): boolean {
    return this.runBytes[exitUnion] === 1
  }
  get ioSize(): number {
    return this.runBytes[exitUnion + 1] as number
  }
  get ioPort(): number {
    return this.run.getUint16(exitUnion + 2, true)
  }
  get ioCount(): number {
    return this.run.getUint32(exitUnion + 4, true)
  }
  /** Offset of the data in {@link run}. */
  get ioDataOffset(): number {
    return Number(this.run.getBigUint64(exitUnion + 8, true))
  }
  get mmioAddress(): number {
    return Number(this.run.getBigUint64(exitUnion, true))
  }
  get mmioSize(): number {
    return this.run.getUint32(exitUnion + 16, true)
  }
  get mmioIsWrite(): boolean {
    return this.runBytes[exitUnion + 20] === 1
  }
  /** The eight data bytes of an MMIO exit: read them on a write, fill them on a read. */
  get mmioData(): Uint8Array {
    return this.runBytes.subarray(exitUnion + 8, exitUnion + 16)
  }
  get internalSuberror(): number {
    return this.run.getUint32(exitUnion, true)
  }
  /** KVM_INTERNAL_ERROR_EMULATION: the instruction's bytes where KVM gives them (emulation_failure.flags & 1). */
  get failedInstruction(): Uint8Array | undefined {
    if (this.run.getUint32(exitUnion, true) !== 1 || this.run.getUint32(exitUnion + 4, true) < 3) return undefined
    if ((this.run.getUint32(exitUnion + 8, true) & 1) === 0) return undefined
    const size = Math.min(15, this.runBytes[exitUnion + 16] as number)
    return this.runBytes.slice(exitUnion + 17, exitUnion + 17 + size)
  }
  get failEntryReason(): bigint {
    return this.run.getBigUint64(exitUnion, true)
  }
  /** KVM_EXIT_DEBUG: exception, rip, dr6, dr7. */
  get debugInfo(): { exception: number; rip: bigint; dr6: bigint; dr7: bigint } {
    return {
      exception: this.run.getUint32(exitUnion, true),
      rip: this.run.getBigUint64(exitUnion + 8, true),
      dr6: this.run.getBigUint64(exitUnion + 16, true),
      dr7: this.run.getBigUint64(exitUnion + 24, true),
    }
  }
  set requestInterruptWindow(wanted: boolean) {
    this.runBytes[0] = wanted ? 1 : 0
  }
  get readyForInterrupt(): boolean {
    return this.runBytes[12] === 1
  }
  /** IF at the last exit. */
  get interruptFlag(): boolean {
    return this.runBytes[13] === 1
  }

  // ---- posted writes and counters ----

  /** Says whether writes to a port are logged instead of ending the run. */
  setPosted(port: number, posted: boolean): void {
    const mask = 1 << (port & 7)
    const old = this.#posted[port >> 3] as number
    this.#posted[port >> 3] = posted ? old | mask : old & ~mask
  }

  setAllPosted(posted: boolean): void {
    this.#posted.fill(posted ? 255 : 0)
  }

  /** Gives the logged writes to `take`, oldest first, in runs of the same port and size, and empties the log. */
  drain(take: (run: PostedWrites) => void): void {
    const channel = this.#channel
    if (channel[channelLogCount] === 0) return
    for (;;) {
      const length = checked(this.#binding.nextRun(this.#handle), 'log of posted writes')
      if (length === 0) return
      const [port, size, coalesced, exits] = channel.subarray(channelRun, channelRun + 4) as unknown as [number, number, number, number]
      take({ port, size, values: size === 1 ? this.#bytes : this.#words, length, coalesced, exits })
    }
  }

  /** Exits since the last {@link takeCounters}. */
  get exitsSoFar(): number {
    return this.#channel[channelExits] as number
  }

  /** Counts since the last call: exits, interruptions by signals, slices, exits by reason. */
  takeCounters(): { exits: number; interruptions: number; slices: number; reasons: Uint32Array } {
    const channel = this.#channel
    const taken = {
      exits: channel[channelExits] as number,
      interruptions: channel[channelInterruptions] as number,
      slices: channel[channelSlices] as number,
      reasons: channel.slice(channelReasons, channelReasons + 64),
    }
    channel.fill(0, channelExits, channelSlices + 1)
    channel.fill(0, channelReasons, channelReasons + 64)
    return taken
  }

  // ---- state; each a structure of <linux/kvm.h> ----

  /** KVM_GET_REGS: rax rbx rcx rdx rsi rdi rsp rbp r8 … r15 rip rflags. */
  getRegs(): BigUint64Array {
    const regs = new BigUint64Array(18)
    checked(this.#binding.getRegs(this.fd, regs), 'KVM_GET_REGS')
    return regs
  }
  /** KVM_SET_REGS. */
  setRegs(regs: BigUint64Array): void {
    checked(this.#binding.setRegs(this.fd, regs), 'KVM_SET_REGS')
  }
  /** KVM_GET_SREGS: struct kvm_sregs, 312 bytes. */
  getSregs(): Uint8Array {
    return this.#get('getSregs', 'KVM_GET_SREGS', 312)
  }
  setSregs(sregs: Uint8Array): void {
    checked(this.#binding.setSregs(this.fd, sregs), 'KVM_SET_SREGS')
  }
  /** KVM_GET_FPU: struct kvm_fpu, 416 bytes. */
  getFpu(): Uint8Array {
    return this.#get('getFpu', 'KVM_GET_FPU', 416)
  }
  setFpu(fpu: Uint8Array): void {
    checked(this.#binding.setFpu(this.fd, fpu), 'KVM_SET_FPU')
  }
  /** KVM_GET_VCPU_EVENTS: struct kvm_vcpu_events, 64 bytes. */
  getEvents(): Uint8Array {
    return this.#get('getVcpuEvents', 'KVM_GET_VCPU_EVENTS', 64)
  }
  setEvents(events: Uint8Array): void {
    checked(this.#binding.setVcpuEvents(this.fd, events), 'KVM_SET_VCPU_EVENTS')
  }
  /** KVM_GET_DEBUGREGS: struct kvm_debugregs, 128 bytes. */
  getDebugRegs(): Uint8Array {
    return this.#get('getDebugRegs', 'KVM_GET_DEBUGREGS', 128)
  }
  setDebugRegs(registers: Uint8Array): void {
    checked(this.#binding.setDebugRegs(this.fd, registers), 'KVM_SET_DEBUGREGS')
  }
  /** KVM_GET_MP_STATE: 0 runnable, 3 halted. */
  getMpState(): number {
    return new DataView(this.#get('getMpState', 'KVM_GET_MP_STATE', 4).buffer).getUint32(0, true)
  }
  setMpState(state: number): void {
    checked(this.#binding.setMpState(this.fd, new Uint32Array([state])), 'KVM_SET_MP_STATE')
  }
  /** KVM_SET_CPUID2 with entries as KVM_GET_SUPPORTED_CPUID gives them. */
  setCpuid(cpuid: Uint8Array): void {
    checked(this.#binding.setCpuid2(this.fd, cpuid), 'KVM_SET_CPUID2')
  }
  /** KVM_GET_MSRS for one register. */
  getMsr(index: number): bigint {
    const msrs = new Uint8Array(8 + 16)
    const view = new DataView(msrs.buffer)
    view.setUint32(0, 1, true)
    view.setUint32(8, index, true)
    if (checked(this.#binding.getMsrs(this.fd, msrs), 'KVM_GET_MSRS') !== 1) throw new RangeError(`no such MSR: 0x${index.toString(16)}`)
    return view.getBigUint64(16, true)
  }
  /** KVM_SET_MSRS for one register. */
  setMsr(index: number, value: bigint): void {
    const msrs = new Uint8Array(8 + 16)
    const view = new DataView(msrs.buffer)
    view.setUint32(0, 1, true)
    view.setUint32(8, index, true)
    view.setBigUint64(16, value, true)
    if (checked(this.#binding.setMsrs(this.fd, msrs), 'KVM_SET_MSRS') !== 1) throw new RangeError(`no such MSR: 0x${index.toString(16)}`)
  }
  /** KVM_INTERRUPT: an external interrupt; only while {@link readyForInterrupt}, and without the in-kernel irqchip. */
  interrupt(vector: number): void {
    checked(this.#binding.interrupt(this.fd, new Uint32Array([vector])), 'KVM_INTERRUPT')
  }
  /** KVM_NMI. */
  nmi(): void {
    checked(this.#binding.nmi(this.fd), 'KVM_NMI')
  }
  /** KVM_SET_GUEST_DEBUG: control bits (1 enable, 2 single step, 0x10000 software, 0x20000 hardware breakpoints) and DR0..7. */
  setGuestDebug(control: number, debugRegisters: BigUint64Array = new BigUint64Array(8)): void {
    const structure = new Uint8Array(8 + 64)
    new DataView(structure.buffer).setUint32(0, control, true)
    structure.set(new Uint8Array(debugRegisters.buffer, debugRegisters.byteOffset, 64), 8)
    checked(this.#binding.setGuestDebug(this.fd, structure), 'KVM_SET_GUEST_DEBUG')
  }
  /** KVM_TRANSLATE: a linear address by the guest's current page tables. */
  translate(linearAddress: bigint): { physicalAddress: bigint; valid: boolean; writeable: boolean; usermode: boolean } {
    const structure = new Uint8Array(24)
    const view = new DataView(structure.buffer)
    view.setBigUint64(0, linearAddress, true)
    checked(this.#binding.translate(this.fd, structure), 'KVM_TRANSLATE')
    return {
      physicalAddress: view.getBigUint64(8, true),
      valid: structure[16] !== 0,
      writeable: structure[17] !== 0,
      usermode: structure[18] !== 0,
    }
  }
  /** KVM_GET_STATS_FD: a descriptor of the binary statistics; the caller closes it. */
  getStatsFd(): number {
    return checked(this.#binding.getStatsFd(this.fd), 'KVM_GET_STATS_FD')
  }

  /** Frees descriptor and mappings. Not while a run is under way. */
  close(): void {
    if (this.#closed) return
    checked(this.#binding.detachVcpu(this.#handle, this.run.buffer as ArrayBuffer, this.#channel.buffer as ArrayBuffer), 'close of a vCPU')
    this.#closed = true
  }

  #get(
    name: 'getSregs' | 'getFpu' | 'getVcpuEvents' | 'getDebugRegs' | 'getMpState',
    operation: string,
    sizeInBytes: number,
  ): Uint8Array<ArrayBuffer> {
    const structure = new Uint8Array(sizeInBytes)
    checked(this.#binding[name](this.fd, structure), operation)
    return structure
  }
}
