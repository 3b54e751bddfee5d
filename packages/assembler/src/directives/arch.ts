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

/** Processors that only .arch knows, and `-mtune` beside `-march` (GNU as 2.40 --help). */
const onlyOfDirective = ['i8086', 'i186', 'i286', 'default']

/** -march and -mtune: what they allow holds from the first statement on. Gives what is wrong with them. */
export function applyMarch(a: Assembler): string | undefined {
  const { processors, extensions } = archNames()
  const { tune } = a
  if (tune !== undefined && !processors.includes(tune)) return unknownProcessor('-mtune', tune, processors)
  if (tune === 'i486') a.encode = { ...a.encode, tunesFor486: true }
  if (a.options.arch === undefined || a.encode.isa) return undefined
  const arch = a.options.arch.toLowerCase()
  const [processor = '', ...added] = arch.split('+')
  const known = processors.filter((name) => !onlyOfDirective.includes(name))
  if (processor !== '' && !known.includes(processor)) return unknownProcessor('-march', processor, known)
  // Behind a plus only extensions can stand.
  const wrong = added.find((name) => processors.includes(name) || isaOfMarch(`+${name}`) === null)
  if (wrong !== undefined) return unknownProcessor('-march', wrong, extensions, 'an extension')
  const isa = isaOfMarch(arch)
  if (isa === null) return unknownProcessor('-march', arch, known)
  if (isa) {
    if (a.mode === 64 && !isa.has('x86_64') && processor !== '') {
      return `-march=${a.options.arch}: '${processor}' has no 64-bit mode; --32 asks for a 32-bit object`
    }
    const tunesFor486 = (tune ?? processor) === 'i486'
    a.encode = { ...a.encode, isa, tunesFor486 }
    a.instructions.optionsChanged()
  }
  return undefined
}

function unknownProcessor(option: string, name: string, known: readonly string[], what = 'a processor'): string {
  const nearest = nearestWord(name, known)
  return `${option}: '${name}' is not ${what}${nearest ? `; did you mean '${nearest}'?` : ''}`
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
