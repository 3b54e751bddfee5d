// The file system as the linker sees it: names in scripts, -l, INCLUDE. GNU ld manual §2.1 (-l, -L), §3.4.2.

import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { readInputFile } from './files.ts'

/** Structurally the linker's LinkFiles; the linker itself is not needed here. */
export interface LinkFileSystem {
  open(
    name: string,
    kind: 'input' | 'library' | 'script',
    searchFolders: readonly string[],
  ): { readonly name: string; readonly bytes: Uint8Array } | undefined
}

/** @param scriptFolder where the linker script is: scripts that it includes are also looked for there */
export function createLinkFiles(scriptFolder?: string): LinkFileSystem {
  return {
    open(name, kind, searchFolders) {
      for (const path of candidates(name, kind, searchFolders, scriptFolder)) {
        if (!existsSync(path)) continue
        const bytes = readInputFile(path)
        if (bytes instanceof Uint8Array) return { name: path, bytes }
      }
      return undefined
    },
  }
}

function candidates(
  name: string,
  kind: 'input' | 'library' | 'script',
  folders: readonly string[],
  scriptFolder: string | undefined,
): string[] {
  const rooted = folders.map((folder) => folder.replace(/^(?:=|\$SYSROOT)/, ''))
  if (kind === 'library') {
    const file = name.startsWith(':') ? name.slice(1) : `lib${name}.a`
    return rooted.map((folder) => join(folder, file))
  }
  const plain = name.replace(/^(?:=|\$SYSROOT)(?=\/)/, '')
  if (isAbsolute(plain)) return [plain]
  const beside = scriptFolder === undefined ? [] : [join(scriptFolder, plain)]
  return [plain, ...(kind === 'script' ? beside : []), ...rooted.map((folder) => join(folder, plain)), ...(kind === 'input' ? beside : [])]
}
