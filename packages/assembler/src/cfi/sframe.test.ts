// Golden bytes from GNU as 2.40 --gsframe.
import { SHF_ALLOC, SHF_EXECINSTR, SHT_PROGBITS } from '@kernelbox/elf'
import { expect, it } from 'vitest'
import { Section } from '../sections.ts'
import { SymbolTable } from '../symbols.ts'
import { emitSframe } from './emit-sframe.ts'
import { CfiFrames, cfaDefCfaRegister, cfaOffset, cfaValOffset } from './frames.ts'

function sframeOf(fill: (frames: CfiFrames, chain: ReturnType<Section['chain']>, skip: (size: number) => void) => void): string[] {
  const text = new Section('.text', 0, SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR).chain(0)
  const frames = new CfiFrames({ wordSizeInBytes: 8, returnColumn: 16 })
  frames.start(text, 7)
  fill(frames, text, (size) => text.bytes(new Uint8Array(size)))
  frames.end(text)
  const chain = new Section('.sframe', 1, SHT_PROGBITS, SHF_ALLOC).chain(0)
  emitSframe(frames.frames, chain, new SymbolTable())
  const digits = Array.from(chain.data.subarray(0, chain.length), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return digits.match(/.{1,32}/g) ?? []
}

it('writes a row where the CFA or the frame pointer changes, and none for other registers', () => {
  const rows = sframeOf((frames, chain, skip) => {
    skip(1)
    frames.defineCfaOffset(chain, 16, false)
    frames.offset(chain, cfaOffset, 6, -16, false)
    skip(3)
    frames.simple(chain, cfaDefCfaRegister, 6)
    skip(9)
    frames.offset(chain, cfaOffset, 15, -24, false)
    skip(11)
    frames.defineCfa(chain, 7, 8)
    skip(1)
  })
  expect(rows).toEqual([
    'e2de01000300f8000100000004000000',
    '0f000000000000001100000000000000',
    '19000000000000000400000000000308',
    '010510f0040410f0180508f0',
  ])
})

it('leaves a function out that it has no words for', () => {
  const rows = sframeOf((frames, chain, skip) => {
    skip(1)
    frames.offset(chain, cfaValOffset, 6, -16, false)
  })
  expect(rows).toEqual(['e2de01000300f8000000000000000000', '000000000000000000000000'])
})
