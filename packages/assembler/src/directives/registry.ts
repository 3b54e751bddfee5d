// Which directive does what. A family is a file that exports a table from names (without the dot) to handlers; a name
// that is new here is all that a new directive needs.

import type { Assembler, Word } from '../assembler.ts'
import { bundleDirectives } from '../bundles/directives.ts'
import { cfiDirectives } from '../cfi/directives.ts'
import { floatDirectives } from '../floats/directives.ts'
import { lineDirectives } from '../line-table/directives.ts'
import { stabsDirectives } from '../stabs/directives.ts'
import { nopDirectives } from '../nops/directives.ts'
import { archDirectives } from './arch.ts'
import { conditionalDirectives } from './conditional.ts'
import { dataDirectives } from './data.ts'
import { groupDirectives } from './group.ts'
import { layoutDirectives } from './layout.ts'
import { macroDirectives } from './macro.ts'
import { otherDirectives } from './other.ts'
import { relocationDirectives } from './relocation.ts'
import { sectionDirectives } from './section.ts'
import { symbolDirectives } from './symbol.ts'

export interface DirectiveHandler {
  /** The cursor stands behind the directive's name; what the handler leaves is not looked at again. */
  run(assembler: Assembler, word: Word): void
  /** Runs even where conditionals skip. */
  readonly isConditional?: boolean
}

export type DirectiveTable = Readonly<Record<string, (assembler: Assembler, word: Word) => void>>

let handlers: Map<string, DirectiveHandler> | undefined

function build(): Map<string, DirectiveHandler> {
  const map = new Map<string, DirectiveHandler>()
  const families: DirectiveTable[] = [
    dataDirectives,
    layoutDirectives,
    sectionDirectives,
    symbolDirectives,
    macroDirectives,
    otherDirectives,
    relocationDirectives,
    cfiDirectives,
    lineDirectives,
    floatDirectives,
    stabsDirectives,
    nopDirectives,
    archDirectives,
    groupDirectives,
    bundleDirectives,
  ]
  for (const family of families) for (const [name, run] of Object.entries(family)) map.set(name, { run })
  for (const [name, run] of Object.entries(conditionalDirectives)) map.set(name, { run, isConditional: true })
  return map
}

export function findDirective(name: string): DirectiveHandler | undefined {
  return (handlers ??= build()).get(name)
}

export function directiveNames(): Iterable<string> {
  return (handlers ??= build()).keys()
}
