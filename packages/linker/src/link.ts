// The linker as a list of passes.
import type { LinkOptions, LinkResult } from './options.ts'

export function link(_options: LinkOptions): LinkResult {
  return {
    image: undefined,
    format: 'binary',
    outputName: undefined,
    layout: { sections: [], symbols: [], regions: [], entry: 0n },
    mapText: '',
    diagnostics: [{ code: 'not-yet', severity: 'error', message: 'the linker is being written' }],
  }
}
