import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { linkCorpus, linked, sampleOf } from './link-corpus.ts'

describe('links that fuzzing broke', () => {
  for (const name of readdirSync(linkCorpus)) {
    it(`${name} ends with an image or an error`, () => {
      expect(linked(sampleOf(readFileSync(join(linkCorpus, name), 'utf8'))).fault).toBeUndefined()
    })
  }
})
