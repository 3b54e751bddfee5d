// The parts of v86 0.5.462 that the software engine touches. Its published types stop at the emulator's outside; these names were
// checked against that version, which is pinned.

export interface V86Io {
  port_read8(port: number): number
  port_read16(port: number): number
  port_read32(port: number): number
  port_write8(port: number, value: number): void
  port_write16(port: number, value: number): void
  port_write32(port: number, value: number): void
}

export interface V86Cpu {
  readonly io: V86Io
  readonly mem8: Uint8Array
  readonly wasm_memory: { readonly buffer: ArrayBuffer }
  readonly memory_map_read8: ((address: number) => number)[]
  readonly memory_map_write8: ((address: number, value: number) => void)[]
  readonly memory_map_read32: ((address: number) => number)[]
  readonly memory_map_write32: ((address: number, value: number) => void)[]
  readonly reg32: Int32Array
  readonly sreg: Uint16Array
  readonly segment_offsets: Int32Array
  readonly segment_limits: Uint32Array
  readonly segment_access_bytes: Uint8Array
  readonly segment_is_null: Uint8Array
  readonly instruction_pointer: Int32Array
  readonly previous_ip: Int32Array
  readonly instruction_counter: Uint32Array
  readonly last_virt_eip: Int32Array
  readonly flags: Int32Array
  readonly flags_changed: Int32Array
  readonly cr: Int32Array
  readonly cpl: Uint8Array
  readonly is_32: Int32Array
  readonly stack_size_32: Int32Array
  readonly in_hlt: Uint8Array
  readonly protected_mode: Int32Array
  readonly gdtr_offset: Int32Array
  readonly gdtr_size: Int32Array
  readonly idtr_offset: Int32Array
  readonly idtr_size: Int32Array
  readonly tss_size_32: Int32Array
  /** Eight registers of 16 bytes, by their numbers in the chip: mantissa, sign and exponent. */
  readonly fpu_st: Int32Array
  /** A bit a register. */
  readonly fpu_stack_empty: Uint8Array
  readonly fpu_stack_ptr: Uint8Array
  readonly fpu_control_word: Uint16Array
  readonly fpu_status_word: Uint16Array
  readonly reg_xmm32s: Int32Array
  readonly mxcsr: Int32Array
  run_hardware_timers: (acpi: number, now: number) => number
  main_loop(): number
  get_eflags(): number
  get_seg_cs(): number
  update_state_flags(): void
  full_clear_tlb(): void
  handle_irqs(): void
  device_raise_irq(irq: number): void
  device_lower_irq(irq: number): void
  get_pic_addr_master(): number
  get_pic_addr_slave(): number
  /** Number and value of a setting of the compiler. */
  set_jit_config(setting: number, value: number): void
  jit_clear_cache(): void
  jit_dirty_cache(first: number, end: number): void
}

export interface V86Emulator {
  readonly v86: { readonly cpu: V86Cpu }
  /** Of WebAssembly's own stack (patch-v86.ts). */
  readonly stackPointer: { value: number }
  add_listener(event: string, listener: () => void): void
  destroy(): Promise<void>
}

export type V86Constructor = new (options: object) => Omit<V86Emulator, 'stackPointer'>
