// The folder with `as` and `ld`, for gcc -B.

import { join } from 'node:path'

/** Beside dist/, where the bundles are. */
export const toolsFolder = (): string => join(import.meta.dirname, '..', 'tools')
