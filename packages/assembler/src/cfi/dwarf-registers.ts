// DWARF register numbers. Enters: a register's name without `%`. Leaves: its column in frame tables.
// psABI i386 table 2.14 and psABI x86-64 figure 3.36 "DWARF Register Number Mapping".

function columns(...runs: [names: string, first: number][]): ReadonlyMap<string, number> {
  const map = new Map<string, number>()
  for (const [names, first] of runs) {
    let column = first
    for (const name of names.split(' ')) {
      const range = /^(.*)\[(\d+)-(\d+)\](.*)$/.exec(name)
      if (!range) {
        map.set(name, column++)
        continue
      }
      for (let n = Number(range[2]); n <= Number(range[3]); n++) map.set(`${range[1]}${n}${range[4]}`, column++)
    }
  }
  return map
}

let columns32: ReadonlyMap<string, number> | undefined
let columns64: ReadonlyMap<string, number> | undefined

/** The column of a register in code of the given mode; undefined for one that the psABI gives no number. */
export function dwarfRegister(name: string, mode: 16 | 32 | 64): number | undefined {
  if (mode === 64) {
    columns64 ??= columns(
      ['rax rdx rcx rbx rsi rdi rbp rsp r[8-15] rip xmm[0-15] st([0-7]) mm[0-7] rflags es cs ss ds fs gs', 0],
      ['st', 33],
      ['eflags', 49],
      ['fs.base gs.base', 58],
      ['tr ldtr mxcsr fcw fsw xmm[16-31]', 62],
      ['k[0-7]', 118],
    )
    return columns64.get(name)
  }
  columns32 ??= columns(
    ['eax ecx edx ebx esp ebp esi edi eip eflags', 0],
    ['st([0-7])', 11],
    ['st', 11],
    ['xmm[0-7] mm[0-7] fcw fsw mxcsr es cs ss ds fs gs', 21],
    ['tr ldtr', 48],
    ['k[0-7]', 93],
  )
  return columns32.get(name)
}

/** The stack pointer's column. */
export function dwarfStackPointer(mode: 16 | 32 | 64): number {
  return mode === 64 ? 7 : 4
}
