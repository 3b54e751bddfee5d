// Golden bytes from GNU as 2.40.
import { SHF_ALLOC, SHF_EXECINSTR, SHT_PROGBITS } from '@kernelbox/elf'
import { describe, expect, it } from 'vitest'
import type { FragmentChain } from '../fragments.ts'
import { Section } from '../sections.ts'
import { SymbolTable } from '../symbols.ts'
import { dwarfRegister } from './dwarf-registers.ts'
import { FrameEmitter } from './emit-frames.ts'
import { CfiFrames, cfaDefCfaRegister, cfaOffset, cfaRestore, cfaSameValue, cfaUndefined, cfaValOffset } from './frames.ts'

const x86_64 = { wordSizeInBytes: 8, returnColumn: 16 } as const

function code() {
  const text = new Section('.text', 0, SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR)
  const chain = text.chain(0)
  return { chain, skip: (size: number) => chain.bytes(new Uint8Array(size)) }
}

function bytesOf(frames: CfiFrames, isEhFrame = true, addressSizeInBytes: 4 | 8 = 8): { hex: string[]; chain: FragmentChain } {
  const chain = new Section('.eh_frame', 1, SHT_PROGBITS, SHF_ALLOC).chain(0)
  new FrameEmitter(frames.target, { isEhFrame, chain, addressSizeInBytes }, new SymbolTable()).emit(frames.frames)
  const digits = Array.from(chain.data.subarray(0, chain.length), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return { hex: digits.match(/.{1,32}/g) ?? [], chain }
}

describe('CFI', () => {
  it('writes a CIE and an FDE with advances of every width', () => {
    const { chain, skip } = code()
    const frames = new CfiFrames(x86_64)
    frames.start(chain, 7)
    skip(1)
    frames.defineCfaOffset(chain, 16, false)
    frames.offset(chain, cfaOffset, 6, -16, false)
    skip(3)
    frames.simple(chain, cfaDefCfaRegister, 6)
    skip(100)
    frames.rememberState(chain)
    skip(1)
    frames.defineCfa(chain, 7, 8)
    skip(1)
    frames.restoreState(chain)
    skip(300)
    frames.simple(chain, cfaRestore, 6)
    skip(70000)
    frames.simple(chain, cfaSameValue, 3)
    frames.end(chain)
    frames.start(chain, 7)
    skip(1)
    frames.end(chain)
    frames.start(chain, undefined)
    frames.defineCfa(chain, 7, 8)
    skip(1)
    frames.end(chain)
    const result = bytesOf(frames)
    expect(result.hex).toEqual([
      '1400000000000000017a520001781001',
      '1b0c0708900100002c0000001c000000',
      '000000000613010000410e108602430d',
      '0602640a410c0708410b032c01c60470',
      '1101000803000000100000004c000000',
      '00000000010000000000000010000000',
      '00000000017a5200017810011b0c0708',
      '14000000180000000000000001000000',
      '0000000000000000',
    ])
    expect(Array.from(result.chain.fixups.offsets.subarray(0, result.chain.fixups.count))).toEqual([0x20, 0x50, 0x78])
  })

  it('writes .debug_frame with absolute addresses, aligned to their size', () => {
    const { chain, skip } = code()
    const frames = new CfiFrames(x86_64)
    frames.start(chain, 7)
    skip(1)
    frames.end(chain)
    frames.start(chain, 7)
    frames.simple(chain, cfaUndefined, 8)
    skip(1)
    frames.end(chain)
    expect(bytesOf(frames, false).hex).toEqual([
      '14000000ffffffff01000178100c0708',
      '90010000000000001400000000000000',
      '00000000000000000100000000000000',
      '1c000000000000000000000000000000',
      '01000000000000000708000000000000',
    ])
  })

  it('has the factored forms for offsets of the other sign and the long ones for high registers', () => {
    const { chain, skip } = code()
    const frames = new CfiFrames(x86_64)
    frames.start(chain, undefined)
    skip(1)
    frames.offset(chain, cfaOffset, 70, -16, false)
    frames.offset(chain, cfaOffset, 3, 16, false)
    frames.offset(chain, cfaValOffset, 6, -24, false)
    frames.offset(chain, cfaValOffset, 6, 24, false)
    frames.defineCfaOffset(chain, -16, false)
    frames.defineCfa(chain, 5, -16)
    frames.simple(chain, cfaRestore, 70)
    frames.end(chain)
    expect(bytesOf(frames).hex.join('')).toContain('41' + '054602' + '11037e' + '140603' + '15067d' + '1302' + '120502' + '0646')
  })

  it('takes the newest CIE whose instructions begin the frame', () => {
    const { chain, skip } = code()
    const frames = new CfiFrames(x86_64)
    for (const stackPointer of [7, undefined, 7]) {
      frames.start(chain, stackPointer)
      skip(1)
      frames.end(chain)
    }
    const { hex } = bytesOf(frames)
    // The third frame uses the empty CIE of the second and says all itself.
    expect(hex.join('').slice(2 * 0x54)).toBe('180000002c000000000000000100000000' + '0c07089001' + '000000000000')
  })

  it('reports what cannot be', () => {
    const { chain } = code()
    const frames = new CfiFrames(x86_64)
    expect(frames.end(chain)).toBe('no-startproc')
    expect(frames.defineCfa(chain, 1, 2)).toBe('no-startproc')
    expect(frames.start(chain, 7)).toBeUndefined()
    expect(frames.start(chain, 7)).toBe('already-open')
    expect(frames.offset(chain, cfaOffset, 3, -9, false)).toBe('offset-not-multiple')
    expect(frames.restoreState(chain)).toBe('restore-without-remember')
    expect(frames.hasOpenFrame).toBe(true)
  })
})

describe('dwarfRegister', () => {
  it('follows the psABIs', () => {
    const of = (names: string, mode: 32 | 64) => names.split(' ').map((name) => dwarfRegister(name, mode))
    expect(of('rax rdx rcx rbx rsi rdi rbp rsp r8 r15 rip xmm0 xmm15 st(0) st st(7) mm0 mm7', 64)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 17, 32, 33, 33, 40, 41, 48,
    ])
    expect(of('rflags eflags es gs fs.base gs.base tr ldtr mxcsr fcw fsw xmm16 xmm31 k0 k7', 64)).toEqual([
      49, 49, 50, 55, 58, 59, 62, 63, 64, 65, 66, 67, 82, 118, 125,
    ])
    expect(of('eax ecx esp eip eflags st st(7) xmm0 mm7 fcw fsw mxcsr es gs tr ldtr k0', 32)).toEqual([
      0, 1, 4, 8, 9, 11, 18, 21, 36, 37, 38, 39, 40, 45, 48, 49, 93,
    ])
    expect([dwarfRegister('eax', 64), dwarfRegister('rax', 32), dwarfRegister('cr0', 64)]).toEqual([undefined, undefined, undefined])
  })
})
