// .sframe, the stack trace tables of SFrame version 1.
// Enters: the frames of frames.ts, when every address in code is final. Leaves: header, function descriptors and frame
// rows at the end of .sframe. "The SFrame Format", version 1; where rows begin and end is GNU as 2.40's way.

import { type FragmentChain, fixupData, fixupPcRelative } from '../fragments.ts'
import { symbolLabel, type SymbolTable } from '../symbols.ts'
import { addressOf } from './emit-frames.ts'
import {
  cfaAdvance,
  cfaDefCfa,
  cfaDefCfaOffset,
  cfaDefCfaRegister,
  cfaEscape,
  cfaOffset,
  cfaRegister,
  cfaRememberState,
  cfaRestore,
  cfaRestoreState,
  cfaSameValue,
  cfaUndefined,
  cfaValEncodedAddress,
  cfaValOffset,
  cfaWindowSave,
  type Frame,
} from './frames.ts'

const framePointer = 6
const stackPointer = 7
const returnAddress = 16
const headerSizeInBytes = 28
const descriptorSizeInBytes = 17

/** How to find the frame from one address on. */
interface Row {
  /** Offset from the function's start. */
  start: number
  isFromStackPointer: boolean
  cfaOffset: number
  /** Where the frame pointer is saved, from the CFA. */
  framePointerOffset: number | undefined
  /** The return address is signed (.cfi_negate_ra_state). */
  isMangled: boolean
}

/** The rows of a function, or undefined where SFrame has no words for its unwind information. */
export function sframeRows(frame: Frame): Row[] | undefined {
  if (frame.returnColumn !== returnAddress) return undefined
  const { instructions, chain } = frame
  const origin = addressOf(chain, frame.startFragment, frame.startOffset)
  const rows: Row[] = []
  const saved: Row[] = []
  let row: Row | undefined
  let start = 0
  let isChanged = false
  const change = (next: Partial<Row>) => {
    row = { start, isFromStackPointer: true, cfaOffset: 0, framePointerOffset: undefined, isMangled: false, ...row, ...next }
    isChanged = true
  }
  for (let i = 0; i < instructions.length; i += 3) {
    const first = instructions[i + 1] as number
    const second = instructions[i + 2] as number
    switch (instructions[i]) {
      case cfaAdvance:
        if (!row) return undefined
        if (isChanged) rows.push({ ...row })
        start = addressOf(chain, first, second) - origin
        row = { ...row, start }
        isChanged = false
        break
      case cfaDefCfa:
      case cfaDefCfaRegister:
        if (first !== stackPointer && first !== framePointer) return undefined
        change({ isFromStackPointer: first === stackPointer, ...(instructions[i] === cfaDefCfa && { cfaOffset: second }) })
        break
      case cfaDefCfaOffset:
        if (!row) return undefined
        change({ cfaOffset: first })
        break
      case cfaOffset:
        if (first === framePointer) change({ framePointerOffset: second })
        break
      case cfaRestore:
      case cfaSameValue:
        if (first === framePointer) change({ framePointerOffset: undefined })
        break
      case cfaRememberState:
        // GNU as gives up where there is no row to remember yet.
        if (!row || rows.length === 0) return undefined
        saved.push(row)
        break
      case cfaRestoreState: {
        const old = saved.pop()
        if (old) change({ ...old, start })
        break
      }
      case cfaValOffset:
      case cfaRegister:
      case cfaUndefined:
        if (first === framePointer || first === returnAddress) return undefined
        break
      case cfaEscape:
      case cfaValEncodedAddress:
        return undefined
      case cfaWindowSave:
        change({ isMangled: !row?.isMangled })
        break
    }
  }
  if (!row) return undefined
  rows.push(row)
  return rows
}

/** 0, 1 or 2 for one, two or four bytes. */
function widthCode(limits: readonly number[]): 0 | 1 | 2 {
  if (limits.every((value) => value >= -0x80 && value <= 0x7f)) return 0
  return limits.every((value) => value >= -0x8000 && value <= 0x7fff) ? 1 : 2
}

export function emitSframe(frames: readonly Frame[], chain: FragmentChain, symbols: SymbolTable): void {
  const functions = frames.flatMap((frame) => {
    const rows = sframeRows(frame)
    return rows
      ? [
          {
            frame,
            rows,
            size:
              addressOf(frame.chain, frame.endFragment, frame.endOffset) - addressOf(frame.chain, frame.startFragment, frame.startOffset),
          },
        ]
      : []
  })
  const start = chain.length
  chain.number(0xdee2, 2)
  chain.byte(1) // version
  chain.byte(0) // flags
  chain.byte(3) // AMD64, little-endian
  chain.byte(0) // the frame pointer is not at a fixed offset
  chain.number(-8, 1) // the return address is
  chain.byte(0) // no auxiliary header
  chain.number(functions.length, 4)
  chain.number(
    functions.reduce((sum, { rows }) => sum + rows.length, 0),
    4,
  )
  chain.number(0, 4) // size of the rows, below
  chain.number(0, 4) // offsets of both tables behind the header
  chain.number(functions.length * descriptorSizeInBytes, 4)
  let rowsSize = 0
  for (const { frame, rows, size } of functions) {
    const addressCode = size < 0x100 ? 0 : size < 0x10000 ? 1 : 2
    const begin = symbols.anonymous('.')
    begin.kind = symbolLabel
    begin.chain = frame.chain
    begin.fragment = frame.startFragment
    begin.offset = frame.startOffset
    const at = chain.length
    chain.number(0, 4)
    chain.fixups.append(chain.current, at, 4, fixupPcRelative | fixupData, 0, begin, undefined, 0, undefined, -1, 0)
    chain.number(size, 4)
    chain.number(rowsSize, 4)
    chain.number(rows.length, 4)
    chain.byte(addressCode)
    for (const row of rows) rowsSize += 2 ** addressCode + 1 + offsetsOf(row).length * 2 ** widthCode(offsetsOf(row))
  }
  for (const { rows, size } of functions) {
    const addressBytes = size < 0x100 ? 1 : size < 0x10000 ? 2 : 4
    for (const row of rows) {
      const offsets = offsetsOf(row)
      const code = widthCode(offsets)
      chain.number(row.start, addressBytes)
      chain.byte((row.isFromStackPointer ? 1 : 0) | (offsets.length << 1) | (code << 5) | (row.isMangled ? 0x80 : 0))
      for (const offset of offsets) chain.number(offset, 2 ** code)
    }
  }
  const length = chain.length - start - headerSizeInBytes - functions.length * descriptorSizeInBytes
  for (let i = 0; i < 4; i++) chain.data[start + 16 + i] = length >>> (8 * i)
}

function offsetsOf({ cfaOffset, framePointerOffset }: Row): number[] {
  return framePointerOffset === undefined ? [cfaOffset] : [cfaOffset, framePointerOffset]
}
