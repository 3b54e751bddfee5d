// Whether a file uses what only the GNU ABI defines: then EI_OSABI says so (gABI ch. 4; GNU gABI extensions).

import { SHF_ALLOC, SHF_GNU_MBIND, SHF_GNU_RETAIN, STB_GNU_UNIQUE, STT_GNU_IFUNC } from './constants.ts'

export function needsGnuAbi(
  sections: readonly { readonly flags: number }[],
  symbols: readonly { readonly type: number; readonly binding: number }[],
): boolean {
  for (const { flags } of sections)
    if ((flags & SHF_GNU_RETAIN) !== 0 || ((flags & SHF_GNU_MBIND) !== 0 && (flags & SHF_ALLOC) !== 0)) return true
  for (const { type, binding } of symbols) if (type === STT_GNU_IFUNC || binding === STB_GNU_UNIQUE) return true
  return false
}
