// .arch: which processor's instructions are allowed, and with that which nops pad code.
// GNU as manual §9.16.14 "Specifying CPU Architecture".

import { archNames, isaOfMarch, selectIsa } from '@kernelbox/x86'
import { nearestWord } from '@kernelbox/diagnostics'
import type { Assembler } from '../assembler.ts'
import type { DirectiveTable } from './registry.ts'

/** What -march and .arch have said so far. */
export interface ArchState {
  /** The processor named last; undefined for none or `default`. */
  readonly processor: string | undefined
  /** What became of the extension `nop` since. */
  readonly nop: boolean | undefined
  readonly isa: ReadonlySet<string> | undefined
}

interface Saved {
  readonly state: ArchState
  readonly mode: string
}

/** What directive brings the present mode about. */
function modeName(a: Assembler): string {
  return a.encode.code16gcc ? '.code16gcc' : `.code${a.mode}`
}

interface ArchHistory {
  current: ArchState
  readonly stack: Saved[]
}

function history(a: Assembler): ArchHistory {
  let found = a.extensions.get('arch') as ArchHistory | undefined
  if (!found) {
    const [processor = '', ...extensions] = (a.options.arch ?? '').toLowerCase().split('+')
    const last = extensions.filter((name) => name === 'nop' || name === 'nonop').at(-1)
    found = {
      current: {
        processor: processor === '' || processor === 'default' ? undefined : processor,
        nop: last === undefined ? undefined : last === 'nop',
        isa: a.encode.isa,
      },
      stack: [],
    }
    a.extensions.set('arch', found)
  }
  return found
}

/** -march: what it allows holds from the first statement on. Gives false for a name that nobody knows. */
export function applyMarch(a: Assembler): boolean {
  if (a.tune === 'i486') a.encode = { ...a.encode, tunesFor486: true }
  if (a.options.arch === undefined || a.encode.isa) return true
  const arch = a.options.arch.toLowerCase()
  const isa = isaOfMarch(arch)
  const { processors } = archNames()
  // Behind a plus only extensions can stand.
  if (
    isa === null ||
    arch
      .split('+')
      .slice(1)
      .some((name) => processors.includes(name))
  )
    return false
  if (isa) {
    const tunesFor486 = (a.tune ?? arch.split('+')[0]) === 'i486'
    a.encode = { ...a.encode, isa, tunesFor486 }
    a.instructions.optionsChanged()
  }
  return true
}

export function archOf(a: Assembler): ArchState {
  return history(a).current
}

function enter(a: Assembler, state: ArchState): void {
  history(a).current = state
  a.arch = state.processor
  const { isa: _old, ...rest } = a.encode
  const encode = { ...rest, tunesFor486: (a.tune ?? state.processor) === 'i486' }
  a.encode = state.isa ? { ...encode, isa: state.isa } : encode
  a.instructions.optionsChanged()
}

function select(a: Assembler, name: string, start: number, end: number): void {
  const { current, stack } = history(a)
  if (name === 'push') {
    stack.push({ state: current, mode: modeName(a) })
    return
  }
  if (name === 'pop') {
    const top = stack.at(-1)
    if (!top) a.error('arch-stack', '.arch pop has no .arch push before it', start, end)
    else if (top.mode !== modeName(a)) {
      a.error('arch-stack', `this .arch pop stands under ${modeName(a)}, its .arch push under ${top.mode}`, start, end)
    } else {
      stack.pop()
      enter(a, top.state)
    }
    return
  }
  const isa = selectIsa(current.isa, name)
  if (isa === null) {
    const { processors, extensions } = archNames()
    const known = [...processors, ...extensions.map((extension) => `.${extension}`)]
    const nearest = nearestWord(name, known)
    a.error('unknown-arch', `'${name}' is no processor and no extension that .arch knows`, start, end, {
      ...(nearest && { fix: { message: `did you mean '${nearest}'?`, span: a.span(start, end), replacement: nearest } }),
    })
    return
  }
  if (!name.startsWith('.')) enter(a, { processor: name === 'default' ? undefined : name, nop: undefined, isa })
  else enter(a, { processor: current.processor, nop: name === '.nop' ? true : name === '.nonop' ? false : current.nop, isa })
}

export const archDirectives: DirectiveTable = {
  arch(a) {
    a.skipBlanks()
    const start = a.at
    const [name = '', jumps] = a
      .restOfStatement()
      .split(',')
      .map((part) => part.trim().toLowerCase())
    if (name === '') {
      a.error('missing-operand', 'the name of a processor, or of an extension with a dot before it, is expected here', start, a.end)
      return
    }
    select(a, name, start, start + name.length)
    // `jumps` and `nojumps` say whether conditional jumps may grow on processors before the 386; they always may.
    if (jumps !== undefined && jumps !== 'jumps' && jumps !== 'nojumps') {
      a.error('unknown-arch', `'jumps' or 'nojumps' can stand behind the comma, not '${jumps}'`, start, a.end)
    }
  },
}
