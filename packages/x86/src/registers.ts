// Enters: a register's name without `%`. Leaves: its class, encoded number and size.
// Follows: Intel SDM vol. 1 §3.4 and vol. 2 §2.2.1 (REX), GNU as manual §9.16.4 (names).
import type { Register, RegisterClass } from './contract.ts'

let registersByName: Map<string, Register> | undefined

/** The register of that name (any case), or undefined. `st` is `st(0)`; `cr0`, `db0` and `dr0`, `tr3` are system registers. */
export function findRegister(name: string): Register | undefined {
  registersByName ??= buildRegisters()
  return registersByName.get(name) ?? registersByName.get(name.toLowerCase())
}

/** Every register name, for messages ("did you mean") and for walks over the table. */
export function registerNames(): readonly string[] {
  registersByName ??= buildRegisters()
  return [...registersByName.keys()]
}

function buildRegisters(): Map<string, Register> {
  const registers = new Map<string, Register>()
  const add = (name: string, registerClass: RegisterClass, number: number, sizeInBits: number, rex?: 'needed' | 'forbidden'): void => {
    registers.set(name, rex ? { name, class: registerClass, number, sizeInBits, rex } : { name, class: registerClass, number, sizeInBits })
  }
  const low = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di']
  for (const [number, name] of ['al', 'cl', 'dl', 'bl'].entries()) add(name, 'gpr8', number, 8)
  // Numbers 4 to 7 mean ah, ch, dh, bh without a REX prefix and spl, bpl, sil, dil with one (SDM vol. 2 §2.2.1.2).
  for (const [number, name] of ['ah', 'ch', 'dh', 'bh'].entries()) add(name, 'gpr8', number + 4, 8, 'forbidden')
  for (const [number, name] of ['spl', 'bpl', 'sil', 'dil'].entries()) add(name, 'gpr8', number + 4, 8, 'needed')
  // GNU as also knows al to bl by names that ask for a REX prefix.
  for (const [number, name] of ['axl', 'cxl', 'dxl', 'bxl'].entries()) add(name, 'gpr8', number, 8, 'needed')
  for (const [number, name] of low.entries()) {
    add(name, 'gpr16', number, 16)
    add(`e${name}`, 'gpr32', number, 32)
    add(`r${name}`, 'gpr64', number, 64)
  }
  for (let number = 8; number < 16; number++) {
    add(`r${number}b`, 'gpr8', number, 8)
    add(`r${number}w`, 'gpr16', number, 16)
    add(`r${number}d`, 'gpr32', number, 32)
    add(`r${number}`, 'gpr64', number, 64)
    add(`cr${number}`, 'control', number, 64)
    add(`dr${number}`, 'debug', number, 64)
    add(`db${number}`, 'debug', number, 64)
  }
  for (const [number, name] of ['es', 'cs', 'ss', 'ds', 'fs', 'gs'].entries()) add(name, 'segment', number, 16)
  for (let number = 0; number < 8; number++) {
    add(`cr${number}`, 'control', number, 32)
    add(`dr${number}`, 'debug', number, 32)
    add(`db${number}`, 'debug', number, 32)
    add(`tr${number}`, 'test', number, 32)
    add(`st(${number})`, 'st', number, 80)
    add(`mm${number}`, 'mmx', number, 64)
    add(`k${number}`, 'mask', number, 64)
    add(`tmm${number}`, 'tmm', number, 8192)
  }
  add('st', 'st', 0, 80)
  for (let number = 0; number < 32; number++) {
    add(`xmm${number}`, 'xmm', number, 128)
    add(`ymm${number}`, 'ymm', number, 256)
    add(`zmm${number}`, 'zmm', number, 512)
  }
  for (let number = 0; number < 4; number++) add(`bnd${number}`, 'bound', number, 128)
  add('rip', 'ip', 5, 64)
  add('eip', 'ip', 5, 32)
  add('riz', 'noindex', 4, 64)
  add('eiz', 'noindex', 4, 32)
  add('flat', 'flat', 0, 0)
  return registers
}
