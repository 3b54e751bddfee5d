// Node only: v86's WebAssembly from its package. A browser gives the bytes itself (createVm({ software: { wasm } })).
import { readFile } from 'node:fs/promises'
// oxlint-disable-next-line no-restricted-imports -- loaded only where nobody gave the bytes, that is in Node
import { createRequire } from 'node:module'

export async function readV86Wasm(): Promise<Uint8Array> {
  const entry = createRequire(import.meta.filename).resolve('v86')
  return readFile(entry.replace(/libv86\.\w+$/, 'v86.wasm'))
}
