// The .cfi_ directives: operands in, calls on frames.ts out; at the end of the input the tables are written.
// GNU as manual §7.12 "CFI directives".

import { SHF_ALLOC, SHT_PROGBITS } from '@kernelbox/elf'
import type { Assembler, Word } from '../assembler.ts'
import { readNumber } from '../directives/number-operand.ts'
import type { DirectiveTable } from '../directives/registry.ts'
import type { Expression } from '../expression.ts'
import type { AsmSymbol } from '../symbols.ts'
import { dwarfRegister, dwarfStackPointer } from './dwarf-registers.ts'
import { FrameEmitter } from './emit-frames.ts'
import { emitSframe } from './emit-sframe.ts'
import {
  type CfiFault,
  CfiFrames,
  cfaDefCfaRegister,
  cfaOffset,
  cfaRegister,
  cfaRestore,
  cfaSameValue,
  cfaUndefined,
  cfaValOffset,
  cfaWindowSave,
  type CfiSections,
  type EncodedPointer,
  type Frame,
} from './frames.ts'
import { encodingOmit, isEncodingPcRelative, isSupportedEncoding } from './pointer-encoding.ts'

interface CfiState {
  readonly frames: CfiFrames
  /** What .cfi_sections asks for. */
  sections: CfiSections
}

function stateOf(a: Assembler): CfiState {
  let state = a.extensions.get('cfi') as CfiState | undefined
  if (!state) {
    const isX86_64 = a.is64BitObject || a.options.x32 === true
    const frames = new CfiFrames(isX86_64 ? { wordSizeInBytes: 8, returnColumn: 16 } : { wordSizeInBytes: 4, returnColumn: 8 })
    state = { frames, sections: { eh: true, debug: false, sframe: a.options.sframe === true } }
    a.extensions.set('cfi', state)
    const made = state
    a.finishers.push(() => {
      if (frames.hasOpenFrame) {
        a.report({
          code: 'cfi-open',
          severity: 'error',
          message: 'the file ends within a .cfi_startproc; its .cfi_endproc is missing',
        })
      }
    })
    a.afterRelaxation.push(() => emit(a, made))
  }
  return state
}

/** What there is of .cfi_ directives so far, where there have been any. */
export function cfiOf(a: Assembler): CfiState | undefined {
  return a.extensions.get('cfi') as CfiState | undefined
}

function emit(a: Assembler, { frames }: CfiState): void {
  if (frames.frames.length === 0 || frames.hasOpenFrame) return
  const addressSizeInBytes = a.is64BitObject && !a.options.x32 ? 8 : 4
  const power = addressSizeInBytes === 8 ? 3 : 2
  for (const name of ['.eh_frame', '.sframe', '.debug_frame']) {
    if (name === '.sframe') {
      emitStackTraces(a, frames.frames)
      continue
    }
    const isEhFrame = name === '.eh_frame'
    const wanted = frames.frames.filter((frame) => (isEhFrame ? frame.inEhFrame : frame.inDebugFrame))
    if (wanted.length === 0) continue
    const section = a.sections.find(name) ?? a.sections.add(name, SHT_PROGBITS, isEhFrame ? SHF_ALLOC : 0)
    section.alignmentPower = Math.max(section.alignmentPower, power)
    const target = { isEhFrame, chain: section.chain(0), addressSizeInBytes, version: a.options.cieVersion ?? 1 } as const
    new FrameEmitter(frames.target, target, a.symbols).emit(wanted)
  }
}

function emitStackTraces(a: Assembler, frames: readonly Frame[]): void {
  const wanted = frames.filter((frame) => frame.inSframe)
  if (wanted.length === 0) return
  if (!a.is64BitObject || a.options.x32) {
    a.report({ code: 'cfi-sections', severity: 'error', message: '.sframe exists for x86-64 only' })
    return
  }
  const section = a.sections.find('.sframe') ?? a.sections.add('.sframe', SHT_PROGBITS, SHF_ALLOC)
  section.alignmentPower = Math.max(section.alignmentPower, 3)
  emitSframe(wanted, section.chain(0), a.symbols)
}

function fault(a: Assembler, word: Word, fault: CfiFault | undefined): void {
  switch (fault) {
    case undefined:
      return
    case 'no-startproc':
      a.error('cfi-no-startproc', `'${word.text}' stands outside of .cfi_startproc and .cfi_endproc (each subsection has its own)`)
      return
    case 'already-open':
      a.error('cfi-open', 'the .cfi_startproc before this one has no .cfi_endproc')
      return
    case 'offset-not-multiple':
      a.error('cfi-offset', `registers are saved at multiples of ${stateOf(a).frames.target.wordSizeInBytes} bytes`)
      return
    case 'restore-without-remember':
      a.error('cfi-restore-state', '.cfi_restore_state has no .cfi_remember_state before it')
  }
}

/** A register, `%rbp` or its DWARF number; undefined after a message. */
function readRegister(a: Assembler): number | undefined {
  a.skipBlanks()
  const { bytes } = a
  if (bytes[a.at] === 37 && a.at < a.end) {
    const start = a.at
    let at = start + 1
    let name = ''
    for (; at < a.end; at++) {
      const c = bytes[at] as number
      const isNamePart = (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || (c >= 48 && c <= 57) || c === 46 || c === 40 || c === 41
      if (!isNamePart) break
      name += String.fromCharCode(c)
    }
    a.at = at
    a.skipBlanks()
    const column = dwarfRegister(name.toLowerCase(), a.mode)
    if (column === undefined) a.error('cfi-register', `'%${name}' has no DWARF register number in ${a.mode}-bit code`, start, at)
    return column
  }
  const start = a.at
  const naked = nakedRegister(a)
  if (naked !== undefined) return naked
  const number = readNumber(a, 'a register')
  if (number === undefined) return undefined
  if (number < 0 || !Number.isSafeInteger(number)) {
    a.error('cfi-register', `${number} is no DWARF register number`, start, a.at)
    return undefined
  }
  return number
}

/** A register's name without `%`. */
function nakedRegister(a: Assembler): number | undefined {
  const start = a.at
  let name = a.readName()
  // st(1): the parentheses are no part of a name elsewhere.
  if (name?.toLowerCase() === 'st' && a.take(40)) {
    const digit = a.bytes[a.at] as number
    a.at++
    name = a.take(41) ? `st(${String.fromCharCode(digit)})` : undefined
  }
  const column = name === undefined || a.symbols.find(name)?.isDefined ? undefined : dwarfRegister(name.toLowerCase(), a.mode)
  if (column === undefined) a.at = start
  return column
}

function readComma(a: Assembler): boolean {
  if (a.takeComma()) return true
  a.error('missing-comma', 'a comma and another operand are expected here', a.at, a.end)
  return false
}

type Run = (a: Assembler, word: Word) => void

/** A directive whose operands are read by `read`, which gives undefined after a message. */
function withOperands<T>(
  read: (a: Assembler) => T | undefined,
  apply: (frames: CfiFrames, a: Assembler, operands: T) => CfiFault | undefined,
): Run {
  return (a, word) => {
    const { frames } = stateOf(a)
    if (!frames.isOpen(a.chain)) {
      fault(a, word, 'no-startproc')
      return
    }
    const operands = read(a)
    if (operands === undefined || !a.expectEnd()) return
    fault(a, word, apply(frames, a, operands))
  }
}

function readPair(a: Assembler): [number, number] | undefined {
  const register = readRegister(a)
  if (register === undefined || !readComma(a)) return undefined
  const offset = readNumber(a, 'an offset')
  return offset === undefined ? undefined : [register, offset]
}

function readRegisters(a: Assembler): [number, number] | undefined {
  const first = readRegister(a)
  if (first === undefined || !readComma(a)) return undefined
  const second = readRegister(a)
  return second === undefined ? undefined : [first, second]
}

/** One or more registers between commas. */
const registerList =
  (kind: number): Run =>
  (a, word) => {
    const { frames } = stateOf(a)
    if (!frames.isOpen(a.chain)) {
      fault(a, word, 'no-startproc')
      return
    }
    do {
      const register = readRegister(a)
      if (register === undefined) return
      fault(a, word, frames.simple(a.chain, kind, register))
    } while (a.takeComma())
    a.expectEnd()
  }

const nothing = () => true

function keyOf(expression: Expression): string {
  switch (expression.kind) {
    case 'constant':
      return `${expression.value}`
    case 'symbol':
      return `s${expression.symbol.id}`
    case 'linear':
      return `s${expression.add?.id}-s${expression.sub?.id}+${expression.addend}`
    case 'unary':
      return `${expression.operator}(${keyOf(expression.operand)})`
    case 'binary':
      return `(${keyOf(expression.left)}${expression.operator}${keyOf(expression.right)})`
    default:
      return expression.kind
  }
}

/** `.cfi_personality encoding, symbol`, `.cfi_lsda encoding, symbol`; encoding 0xff takes it back. */
const pointer =
  (member: 'personality' | 'languageData'): Run =>
  (a, word) => {
    const frame = stateOf(a).frames.frameOf(a.chain)
    if (!frame) {
      fault(a, word, 'no-startproc')
      return
    }
    const start = a.at
    const encoding = readNumber(a, 'an encoding')
    if (encoding === undefined) return
    if (encoding === encodingOmit) {
      if (a.expectEnd()) frame[member] = undefined
      return
    }
    if (!isSupportedEncoding(encoding)) {
      a.error('cfi-encoding', `'${word.text}' knows no pointer encoding 0x${encoding.toString(16)}`, start, a.at)
      return
    }
    if (!readComma(a)) return
    const valueStart = a.at
    const value = a.readTree()
    if (!value || (value.kind === 'constant' && isEncodingPcRelative(encoding)) || value.kind === 'register') {
      a.error('cfi-pointer', `'${word.text}' needs a symbol here`, valueStart, a.end)
      return
    }
    if (!a.expectEnd()) return
    frame[member] = { encoding, value, key: keyOf(value) } satisfies EncodedPointer
  }

export const cfiDirectives: DirectiveTable = {
  cfi_startproc(a, word) {
    const { frames } = stateOf(a)
    if (frames.isOpen(a.chain)) {
      fault(a, word, 'already-open')
      return
    }
    const isSimple = a.readNameIs('simple')
    if (!a.expectEnd()) return
    fault(a, word, frames.start(a.chain, isSimple ? undefined : dwarfStackPointer(a.mode), stateOf(a).sections))
  },
  cfi_endproc(a, word) {
    const result = stateOf(a).frames.end(a.chain)
    if (result === 'no-startproc') a.error('cfi-no-startproc', '.cfi_endproc has no .cfi_startproc in this subsection')
    else if (a.expectEnd()) fault(a, word, result)
  },
  cfi_sections(a) {
    const state = stateOf(a)
    const sections = { eh: false, debug: false, sframe: false }
    while (!a.isAtEnd) {
      const start = a.at
      const name = a.readName()
      if (name === '.eh_frame') sections.eh = true
      else if (name === '.debug_frame') sections.debug = true
      else if (name === '.sframe') sections.sframe = true
      else if (name !== '.eh_frame_entry') {
        a.error('cfi-sections', '.cfi_sections knows .eh_frame, .debug_frame and .sframe', start, a.end)
        return
      }
      if (!a.takeComma()) break
    }
    if (!a.expectEnd()) return
    // Frames that are already out of .eh_frame do not come back.
    if (state.frames.frames.length > 0 && !state.sections.eh && sections.eh) {
      a.error('cfi-sections', '.eh_frame must be in the .cfi_sections that stand before the first .cfi_startproc')
      return
    }
    state.sections = sections
  },
  cfi_personality: pointer('personality'),
  cfi_lsda: pointer('languageData'),
  cfi_signal_frame(a, word) {
    const frame = stateOf(a).frames.frameOf(a.chain)
    if (!frame) fault(a, word, 'no-startproc')
    else if (a.expectEnd()) frame.isSignalFrame = true
  },
  cfi_def_cfa: withOperands(readPair, (f, a, [register, offset]) => f.defineCfa(a.chain, register, offset)),
  cfi_def_cfa_register: withOperands(readRegister, (f, a, register) => f.simple(a.chain, cfaDefCfaRegister, register)),
  cfi_def_cfa_offset: withOperands(readNumber, (f, a, offset) => f.defineCfaOffset(a.chain, offset, false)),
  cfi_adjust_cfa_offset: withOperands(readNumber, (f, a, offset) => f.defineCfaOffset(a.chain, offset, true)),
  cfi_offset: withOperands(readPair, (f, a, [register, offset]) => f.offset(a.chain, cfaOffset, register, offset, false)),
  cfi_rel_offset: withOperands(readPair, (f, a, [register, offset]) => f.offset(a.chain, cfaOffset, register, offset, true)),
  cfi_val_offset: withOperands(readPair, (f, a, [register, offset]) => f.offset(a.chain, cfaValOffset, register, offset, false)),
  cfi_register: withOperands(readRegisters, (f, a, [first, second]) => f.simple(a.chain, cfaRegister, first, second)),
  cfi_restore: registerList(cfaRestore),
  cfi_undefined: registerList(cfaUndefined),
  cfi_same_value: registerList(cfaSameValue),
  cfi_remember_state: withOperands(nothing, (f, a) => f.rememberState(a.chain)),
  cfi_restore_state: withOperands(nothing, (f, a) => f.restoreState(a.chain)),
  cfi_window_save: withOperands(nothing, (f, a) => f.simple(a.chain, cfaWindowSave)),
  cfi_negate_ra_state: withOperands(nothing, (f, a) => f.simple(a.chain, cfaWindowSave)),
  cfi_return_column: withOperands(
    (a) => {
      const start = a.at
      const column = readRegister(a)
      // Version 1 of a CIE has one byte for it.
      if (column === undefined || column <= 255 || (a.options.cieVersion ?? 1) > 1) return column
      a.error('cfi-register', `the return column ${column} does not fit into the one byte that it has`, start, a.at)
      return undefined
    },
    (f, a, column) => f.returnColumn(a.chain, column),
  ),
  cfi_escape: withOperands(
    (a) => {
      const values: Expression[] = []
      do values.push(a.readTree() ?? { kind: 'constant', value: 0n })
      while (a.takeComma())
      return values
    },
    (f, a, values) => f.extra(a.chain, { kind: 'escape', values }),
  ),
  cfi_label: withOperands<AsmSymbol>(
    (a) => a.readSymbol(),
    (f, a, symbol) => {
      if (symbol.isDefined) {
        a.alreadyDefined(symbol, a.wordEnd, a.end)
        return undefined
      }
      return f.extra(a.chain, { kind: 'label', symbol })
    },
  ),
  cfi_val_encoded_addr: withOperands(
    (a) => {
      const register = readRegister(a)
      if (register === undefined || !readComma(a)) return undefined
      const start = a.at
      const encoding = readNumber(a, 'an encoding')
      if (encoding === undefined) return undefined
      if (!isSupportedEncoding(encoding)) {
        a.error('cfi-encoding', `'.cfi_val_encoded_addr' knows no pointer encoding 0x${encoding.toString(16)}`, start, a.at)
        return undefined
      }
      if (!readComma(a)) return undefined
      const value = a.readTree()
      if (value) return { register, encoding, value }
      a.error('missing-operand', 'an address is expected here', a.at, a.end)
      return undefined
    },
    (f, a, operands) => f.extra(a.chain, { kind: 'encoded-address', ...operands }),
  ),
  cfi_inline_lsda: unsupported,
  cfi_fde_data: unsupported,
  cfi_personality_id: unsupported,
}

/** Compact unwind tables, which x86 does not have. */
function unsupported(a: Assembler, word: Word): void {
  a.error('unsupported-directive', `'${word.text}' belongs to compact unwind tables, which x86 does not have`)
}
