// The folder with `as` and `ld`, for gcc -B.

import { existsSync } from 'node:fs'
import { join } from 'node:path'

export function toolsFolder(): string {
  // The bundler puts this code into dist/ or dist/chunks/.
  const here = import.meta.dirname
  const folders = [join(here, '..', 'tools'), join(here, '..', '..', 'tools')]
  return folders.find((folder) => existsSync(join(folder, 'as'))) ?? (folders[0] as string)
}
