// The names of GNU as's options for x86 ELF, and of ours. GNU as manual §1 "Overview", §9.16.1 "Options"; what takes a value
// was observed from GNU as 2.40.

import type { OptionNames, ReadOption, Takes } from './long-options.ts'

function names(takes: Takes, list: string): [string, Takes][] {
  return list
    .trim()
    .split(/\s+/)
    .map((name) => [name, takes])
}

const long = new Map<string, Takes>([
  ...names(
    'nothing',
    `alternate dump-config divide execstack noexecstack fatal-warnings gsframe gdwarf-2 gdwarf-3 gdwarf-4 gdwarf-5 gdwarf2
     gdwarf-sections gen-debug gstabs gstabs+ help keep-locals mri nocompress-debug-sections nocpp no-pad-sections no-warn
     reduce-memory-overheads sectname-subst statistics strip-local-absolute target-help traditional-format version verbose warn
     32 64 x32 mshared mindex-reg mnaked-reg msse2avx muse-unaligned-vector-move madd-bnd-prefix
     mbranches-within-32B-boundaries mamd64 mintel64`,
  ),
  ...names(
    'value',
    `debug-prefix-map defsym emulation elf-stt-common generate-missing-build-notes gdwarf-cie-version hash-size
     listing-lhs-width listing-lhs-width2 listing-rhs-width listing-cont-lines multibyte-handling size-check MD
     mx86-used-note march mtune mmnemonic msyntax msse-check moperand-check mavxscalar mvexwig mevexlig mevexwig
     momit-lock-prefix mfence-as-lock-add mrelax-relocations mevexrcig malign-branch-boundary malign-branch-prefix-size
     malign-branch mlfence-after-load mlfence-before-indirect-branch mlfence-before-ret`,
  ),
  ...names('perhaps', 'a al compress-debug-sections'),
])

const letters = new Map<string, Takes>([
  ...names('nothing', 'D J L M R V W X Z f k n q s w'),
  ...names('value', 'I Q o'),
  ...names('perhaps', 'O a g v'),
])

const ownTakes = new Map<string, Takes>([
  ['diagnostics-format', 'value'],
  ['explain', 'value'],
  ['print-tools-dir', 'nothing'],
])

/** `--explain=…` and its kin; `-Wname` for the warnings that GNU as does not have. */
function own(word: string): (ReadOption & { readonly takes: Takes }) | undefined {
  if (/^-W[a-z]/.test(word)) return { name: 'W', value: word.slice(2), takes: 'value' }
  const [, name = '', , value] = /^--([a-z-]+)(=(.*))?$/s.exec(word) ?? []
  const takes = ownTakes.get(name)
  return takes === undefined ? undefined : { name, value, takes }
}

export const kasOptionNames: OptionNames = { own, long, letters }
