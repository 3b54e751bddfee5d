// The version of this package, read from its package.json when somebody asks.

import { readFileSync } from 'node:fs'

export function version(): string {
  // The bundler puts this code into dist/ or dist/chunks/.
  for (const path of ['../package.json', '../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string }).version
    } catch {
      continue
    }
  }
  return 'unknown'
}
