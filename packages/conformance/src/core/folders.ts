// Where this package lies; the same from src/core and, bundled by run.mjs, from dist/run.

import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const packageFolder = resolve(fileURLToPath(new URL('../..', import.meta.url)))
export const packagesFolder = join(packageFolder, '..')
