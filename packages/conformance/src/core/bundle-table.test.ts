import { describe, expect, it } from 'vitest'
import { bundleTable } from './bundle-table.ts'

describe('the instruction table as a module', () => {
  it('is at most 300 KB minified, because programs load it before they do anything', async () => {
    const { length } = await bundleTable()
    expect(length).toBeGreaterThan(100_000)
    expect(length).toBeLessThanOrEqual(300_000)
  })
})
