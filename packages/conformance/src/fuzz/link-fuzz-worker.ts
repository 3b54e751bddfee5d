// Links broken inputs in a process of its own: node BUNDLE SEEDS.json FIRST COUNT. Sample N has the seed N. Leaves: a line a
// sample when it is over; what it throws is its end.

import { readFileSync } from 'node:fs'
import { tellSeeds } from '../core/seed-process.ts'
import { linked, seedsOf, type StoredSeeds } from './link-corpus.ts'
import { linkSample } from './link-samples.ts'
import { Random } from './random.ts'

const [seedFile = '', first, count] = process.argv.slice(2)
const seeds = seedsOf(JSON.parse(readFileSync(seedFile, 'utf8')) as StoredSeeds)

await tellSeeds(Number(first), Number(count), (seed) => {
  const { result, fault } = linked(linkSample(new Random(seed), seeds))
  if (fault !== undefined) throw new Error(fault)
  return result.image ? 'image' : 'refused'
})
