// Names that the expressions of a script mention: --gc-sections keeps what they stand for.

import type { ScriptState } from './script-state.ts'
import type { Expression } from './syntax/ast.ts'

export function referencedNames(state: ScriptState): Set<string> {
  const names = new Set<string>()
  for (const statement of state.statements) {
    if (statement.kind === 'assignment') visit(statement.value, names)
    else if (statement.kind === 'assert') visit(statement.condition, names)
    else for (const inner of statement.body) if (inner.kind === 'assignment' || inner.kind === 'data') visit(inner.value, names)
  }
  return names
}

/** Operands of these are names of sections or regions, and DEFINED asks without wanting. */
const notSymbols = new Set(['ADDR', 'LOADADDR', 'SIZEOF', 'ALIGNOF', 'ORIGIN', 'LENGTH', 'CONSTANT', 'DEFINED'])

function visit(expression: Expression, names: Set<string>): void {
  switch (expression.kind) {
    case 'number':
      break
    case 'name':
      if (expression.name !== '.') names.add(expression.name)
      break
    case 'unary':
      visit(expression.operand, names)
      break
    case 'binary':
      visit(expression.left, names)
      visit(expression.right, names)
      break
    case 'conditional':
      visit(expression.condition, names)
      visit(expression.whenTrue, names)
      visit(expression.whenFalse, names)
      break
    case 'call':
      if (!notSymbols.has(expression.name)) for (const operand of expression.operands) visit(operand, names)
      break
  }
}

/** Symbols that an expression speaks of. */
export function namesIn(expression: Expression): Set<string> {
  const names = new Set<string>()
  visit(expression, names)
  return names
}

const sectionFunctions = new Set(['ADDR', 'LOADADDR', 'SIZEOF'])

/** Output sections that an expression asks for the place or size of. */
export function mentionedSections(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case 'number':
    case 'name':
      return []
    case 'unary':
      return mentionedSections(expression.operand)
    case 'binary':
      return [...mentionedSections(expression.left), ...mentionedSections(expression.right)]
    case 'conditional':
      return [expression.condition, expression.whenTrue, expression.whenFalse].flatMap(mentionedSections)
    case 'call': {
      const [first] = expression.operands
      if (sectionFunctions.has(expression.name) && first?.kind === 'name') return [first.name]
      return expression.operands.flatMap(mentionedSections)
    }
  }
}
