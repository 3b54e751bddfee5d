// The folder with `as` and `ld`, for gcc -B.

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export function toolsFolder(): string {
  // The bundler puts this code into dist/ or dist/chunks/.
  const here = dirname(fileURLToPath(import.meta.url))
  const folders = [join(here, '..', 'tools'), join(here, '..', '..', 'tools')]
  return folders.find((folder) => existsSync(join(folder, 'as'))) ?? (folders[0] as string)
}
