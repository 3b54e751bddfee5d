import { describe, expect, it } from 'vitest'
import { ineffectiveOptions } from './ineffective-options.ts'

describe('options without effect', () => {
  it('are named with what they are for', () => {
    expect(ineffectiveOptions(['append', 'keys', 'memory'], 'flat', 'article')).toEqual([
      '--append has no effect with a flat image on machine article: it is for Multiboot kernels',
      '--keys has no effect with a flat image on machine article: it needs the devices of --machine pc',
    ])
    expect(ineffectiveOptions(['machine'], 'boot', 'pc', 'article')).toEqual([
      '--machine has no effect with a boot sector on machine pc: it calls the BIOS, which is on that machine',
    ])
    expect(ineffectiveOptions(['load'], 'elf', 'article')).toEqual([expect.stringContaining('this file says where it goes')])
    expect(ineffectiveOptions(['raw'], 'flat', 'testdev')).toHaveLength(1)
  })
  it('are not named where they have one', () => {
    expect(ineffectiveOptions(['append', 'module'], 'multiboot', 'article')).toEqual([])
    expect(ineffectiveOptions(['disk', 'keys', 'input', 'display', 'port', 'raw'], 'boot', 'pc')).toEqual([])
    expect(ineffectiveOptions(['machine'], 'boot', 'testdev', 'testdev')).toEqual([])
    // The launcher puts it on the ATA controller, BIOS or not.
    expect(ineffectiveOptions(['disk'], 'multiboot', 'pc')).toEqual([])
    expect(ineffectiveOptions(['load', 'port', 'raw'], 'flat', 'article')).toEqual([])
  })
})
