// .bundle_align_mode, .bundle_lock, .bundle_unlock. GNU as manual §7.

import type { Assembler } from '../assembler.ts'
import type { DirectiveTable } from '../directives/registry.ts'
import { Bundles } from './bundles.ts'

const bundlesOf = (a: Assembler): Bundles => (a.bundles ??= new Bundles(a))

export const bundleDirectives: DirectiveTable = {
  bundle_align_mode: (a) => {
    const start = a.at
    const power = a.readAbsolute("the exponent of a bundle's size")
    if (power !== undefined && a.expectEnd()) bundlesOf(a).setMode(Number(power), start)
  },
  bundle_lock: (a) => {
    if (a.expectEnd()) bundlesOf(a).lock()
  },
  bundle_unlock: (a) => {
    if (a.expectEnd()) bundlesOf(a).unlock()
  },
}
