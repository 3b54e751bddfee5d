// Why a run ended. Follows the exit reasons of KVM (Documentation/virt/kvm/api.rst §5); the software engine gives the same ones.

/** The guest executed HLT with interrupts off: nothing can wake it any more. */
export interface HaltExit {
  readonly reason: 'halt'
}

/** A triple fault (KVM_EXIT_SHUTDOWN): a fault while delivering a double fault; a PC would reset here. */
export interface ShutdownExit {
  readonly reason: 'shutdown'
}

/** The engine cannot go on: an instruction that it does not emulate, a jump into unmapped memory, a failed entry. */
export interface InternalErrorExit {
  readonly reason: 'internal-error' | 'fail-entry'
  /** In words for the user: what was met and what to do. */
  readonly message: string
  /** KVM's suberror, or the hardware's entry failure code. */
  readonly code: number
  /** Bytes of the instruction that could not be executed, where the engine knows them. */
  readonly instruction?: Uint8Array
  /** The guest needs something that this host's KVM does not emulate; the software engine or a host with VMX or SVM would run it. */
  readonly engineLimit: boolean
}

/** The time that `run` was given is over. */
export interface TimeoutExit {
  readonly reason: 'timeout'
}

/** The AbortSignal fired. */
export interface AbortedExit {
  readonly reason: 'aborted'
}

/** A handler or a device ended the run through `vm.stop(code)`. */
export interface StoppedExit {
  readonly reason: 'stopped'
  readonly code: number
}

/** The guest asked for a reset: keyboard controller, port 92h. Nothing was reset: the host decides. */
export interface ResetExit {
  readonly reason: 'reset'
}

/** A single step or a breakpoint. */
export interface DebugEventExit {
  readonly reason: 'debug'
}

/** A port access that no handler answers (KVM_EXIT_IO), one element of it; from {@link Vm.exits} only. */
export interface IoExit {
  readonly reason: 'io'
  readonly port: number
  readonly size: 1 | 2 | 4
  readonly direction: 'in' | 'out'
  /** What the guest wrote, or, to be set before the guest goes on, what it reads: all ones at first. */
  value: number
}

/** An access to an address where neither memory nor a handler is (KVM_EXIT_MMIO); from {@link Vm.exits} only. */
export interface MmioExit {
  readonly reason: 'mmio'
  readonly address: number
  /** 1, 2 or 4; accesses of 8 bytes come as two. */
  readonly size: number
  readonly direction: 'read' | 'write'
  /** As in {@link IoExit}. */
  value: number
}

/** A limit of {@link RunOptions} is reached. */
export interface LimitExit {
  readonly reason: 'limit'
  readonly limit: 'exits' | 'instructions'
}

export type VmExit =
  | HaltExit
  | ShutdownExit
  | InternalErrorExit
  | TimeoutExit
  | AbortedExit
  | StoppedExit
  | ResetExit
  | DebugEventExit
  | LimitExit
  | IoExit
  | MmioExit
