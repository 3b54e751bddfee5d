// The relocation operators that can follow a symbol, `foo@GOTPCREL`, and the numbers that fixups keep for them.
// psABI i386 "Relocation Types", x86-64 psABI table 4.9; GNU as manual §9.16.

export const relocationOperators = [
  '',
  'PLTOFF',
  'PLT',
  'GOTPLT',
  'GOTOFF',
  'GOTPCREL',
  'TLSGD',
  'TLSLDM',
  'TLSLD',
  'GOTTPOFF',
  'TPOFF',
  'NTPOFF',
  'DTPOFF',
  'GOTNTPOFF',
  'INDNTPOFF',
  'GOT',
  'TLSDESC',
  'TLSCALL',
  'SIZE',
  'SECREL32',
] as const

const byName = new Map(relocationOperators.map((name, i) => [name as string, i]))

/** Number of an operator, written in any case; undefined: there is none of that name. */
export function operatorNumber(name: string): number | undefined {
  return name === '' ? undefined : byName.get(name.toUpperCase())
}
