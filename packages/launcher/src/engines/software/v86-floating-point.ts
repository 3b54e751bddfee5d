// x87 and SSE registers <-> v86's CPU state. Enters and leaves: struct kvm_fpu (<linux/kvm.h>), which is FXSAVE's order (Intel SDM vol. 1, table
// 10-2): ST(0) to ST(7), control, status, a tag bit a register, XMM registers, MXCSR. v86 numbers the registers as the chip does.
import type { V86Cpu } from './v86-types.ts'

const sizeInBytes = 416
const controlOffset = 128
const statusOffset = 130
const tagOffset = 132
const xmmOffset = 152
const mxcsrOffset = 408
/** Bits 11 to 13 of the status word: which register is ST(0). */
const topShift = 11
const topMask = 7 << topShift

export function readV86FloatingPoint(cpu: V86Cpu): Uint8Array {
  const state = new Uint8Array(sizeInBytes)
  const view = new DataView(state.buffer)
  const top = (cpu.fpu_stack_ptr[0] as number) & 7
  for (let i = 0; i < 8; i++) {
    const from = ((top + i) & 7) * 4
    for (let word = 0; word < 3; word++) view.setInt32(i * 16 + word * 4, cpu.fpu_st[from + word] as number, true)
    view.setUint16(i * 16 + 10, 0, true)
  }
  view.setUint16(controlOffset, cpu.fpu_control_word[0] as number, true)
  view.setUint16(statusOffset, ((cpu.fpu_status_word[0] as number) & ~topMask) | (top << topShift), true)
  state[tagOffset] = ~(cpu.fpu_stack_empty[0] as number) & 0xff
  for (let word = 0; word < 32; word++) view.setInt32(xmmOffset + word * 4, cpu.reg_xmm32s[word] as number, true)
  view.setInt32(mxcsrOffset, cpu.mxcsr[0] as number, true)
  return state
}

export function writeV86FloatingPoint(cpu: V86Cpu, state: Uint8Array): void {
  const view = new DataView(state.buffer, state.byteOffset, sizeInBytes)
  const status = view.getUint16(statusOffset, true)
  const top = (status >> topShift) & 7
  for (let i = 0; i < 8; i++) {
    const to = ((top + i) & 7) * 4
    for (let word = 0; word < 3; word++) cpu.fpu_st[to + word] = view.getInt32(i * 16 + word * 4, true)
    cpu.fpu_st[to + 2] = view.getUint16(i * 16 + 8, true)
    cpu.fpu_st[to + 3] = 0
  }
  cpu.fpu_control_word[0] = view.getUint16(controlOffset, true)
  cpu.fpu_status_word[0] = status & ~topMask
  cpu.fpu_stack_ptr[0] = top
  cpu.fpu_stack_empty[0] = ~(state[tagOffset] as number) & 0xff
  for (let word = 0; word < 32; word++) cpu.reg_xmm32s[word] = view.getInt32(xmmOffset + word * 4, true)
  cpu.mxcsr[0] = view.getInt32(mxcsrOffset, true)
}
