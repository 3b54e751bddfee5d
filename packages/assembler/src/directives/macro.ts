import type { DirectiveTable } from './registry.ts'
export const macroDirectives: DirectiveTable = {}
