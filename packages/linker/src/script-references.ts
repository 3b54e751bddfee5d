// Names that the expressions of a script mention: they ask for a PROVIDE as an object's reference does.

import type { ScriptState } from './script-state.ts'
import type { Expression } from './syntax/ast.ts'

export function collectReferences(state: ScriptState): Set<string> {
  const names = new Set<string>()
  for (const region of state.regions) {
    visit(region.origin, names)
    visit(region.length, names)
  }
  for (const statement of state.statements) {
    if (statement.kind === 'assignment') visit(statement.value, names)
    else if (statement.kind === 'assert') visit(statement.condition, names)
    else {
      if (statement.address) visit(statement.address, names)
      if (statement.loadAddress) visit(statement.loadAddress, names)
      for (const inner of statement.body) {
        if (inner.kind === 'assignment' || inner.kind === 'data') visit(inner.value, names)
        else if (inner.kind === 'assert') visit(inner.condition, names)
      }
    }
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
      visit(expression.then, names)
      visit(expression.otherwise, names)
      break
    case 'call':
      if (!notSymbols.has(expression.name)) for (const operand of expression.operands) visit(operand, names)
      break
  }
}
