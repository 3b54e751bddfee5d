// Lines of text.
// Enters: the state at the beginning of a line. Leaves: the output grown by everything up to the end of the main file.
//
// Most of a source names no macro. It is copied byte by byte (blanks between tokens become one space, comments nothing),
// with one hash lookup an identifier. A name that means something goes with the token before it through the expander, token
// by token until nothing is left to expand. Both ways give the same text; preprocess.test.ts holds them against each other.

import { charClass, classOf, isNameByte } from './characters.ts'
import { nextToken, setLineReader } from './expander.ts'
import { putFlatMacro } from './flat-macro.ts'
import { leaveFile, systemFlags } from './include.ts'
import { skipBlockComment } from './lexer.ts'
import { hashStep } from './names.ts'
import { skipGroup } from './skip.ts'
import { type FileFrame, guardPhase, type State } from './state.ts'
import { kind } from './tokens.ts'

const newline = 0x0a

/** Preprocesses to the end of the main file (or of the file at which the stack has `depth` entries). */
export function processText(state: State, depth: number): void {
  for (;;) {
    if (state.isSkipping) skipGroup(state)
    if (state.position >= state.end) {
      if (state.frames.length === depth) {
        leaveFile(state)
        return
      }
      leaveFile(state)
      continue
    }
    copyLines(state)
  }
}

/** Inside the arguments of a macro: goes to the next line that is not skipped; false at the end of the file. */
function readLineInArguments(state: State): boolean {
  if (state.isSkipping) skipGroup(state)
  return state.position < state.end
}
setLineReader(readLineInArguments)

/** Where the line stands in the numbering that #line sets, and that the reader of the output sees. */
function claimedLine(state: State): number {
  return state.currentLine() + (state.frame as FileFrame).lineDelta
}

function beginOutputLine(state: State): void {
  const frame = state.frame as FileFrame
  if (frame.guardPhase !== guardPhase.none && state.conditions.length === frame.conditionBase) frame.guardPhase = guardPhase.none
  state.out.toLine(claimedLine(state), frame.claimedName, systemFlags(frame.claimedSystemLevel))
  state.out.indent(state.position - state.columnBase() + 1)
}

/** Copies lines until the file ends, a condition begins to skip, or another file is entered. */
function copyLines(state: State): void {
  const frame = state.frame as FileFrame
  const keepsComments = state.options.keepComments
  while (state.position < state.end) {
    const { bytes } = state
    // Up to the first token of the line; comments may lead over line ends.
    let i = state.position
    let c = bytes[i] as number
    for (;;) {
      if (c === 0x20 || c === 0x09) c = bytes[++i] as number
      else if (c === newline) {
        state.passLineEnd(++i)
        if (i >= state.end) {
          state.position = i
          return
        }
        c = bytes[i] as number
      } else if (c === 0x2f && !keepsComments) {
        const next = bytes[i + 1]
        if (next === 0x2f) {
          const start = i
          i = bytes.indexOf(newline, i)
          c = newline
          state.passComment(start, i)
        } else if (next === 0x2a) {
          i = skipBlockComment(state, i)
          c = bytes[i] as number
        } else break
      } else break
    }
    state.position = i
    if (i >= state.end) return
    if (c === 0x23 && !keepsComments) {
      state.atLineStart = false
      state.position = i + 1
      const isDirective = state.directive(state, state.base + i)
      if (isDirective) {
        if (state.isSkipping || state.frame !== frame) return
        continue
      }
      state.position = i
    } else if ((classOf[c] === charClass.white || keepsComments) && !isTextAfterBlanks(state)) {
      if (state.isSkipping || state.frame !== frame) return
      continue
    }
    beginOutputLine(state)
    // Leading white space gives one space more than the indentation.
    i = state.position
    let isWhite = i > state.lineStart || (bytes[i] === 0x23 && bytes[i + 1] !== 0x23 && state.out.isPaddingPending)
    for (;;) {
      const isDone = copyPlain(state, isWhite)
      if (isDone) break
      if (!expandPiece(state)) {
        if (state.isSkipping || state.frame !== frame) return
        break
      }
      isWhite = false
    }
  }
}

/**
 * Copies from the reading position to the end of the line: true. Where it comes to something that only the expander can
 * read, it goes back to the token (or run of punctuators) before it, which decides about spacing, and says false.
 */
function copyPlain(state: State, startsWhite: boolean): boolean {
  const { bytes, names, out } = state
  const { hasOrigins } = out
  const keepsComments = state.options.keepComments
  let i = state.position
  // One byte of input makes at most one of output here, but for the space before the first.
  out.reserve(state.end - i + 2)
  if (out.isFull) tooLarge(state)
  let target = out.bytes
  let o = out.length
  const first = o
  // The last token was made by a macro.
  let isMade = false
  let isWhite = startsWhite
  let c = bytes[i] as number
  // Where the current run of bytes began, and the one before it: in the input, in the output, with white space before it.
  let at = i
  let atOut = o
  let atWhite = isWhite
  let beforeAt = i
  let beforeOut = o
  let beforeWhite = isWhite
  let isPunctuation = false
  let isPlain = !state.hasRemarks
  if (hasOrigins) out.addRun(o + (isWhite ? 1 : 0), state.base + i)
  while (isPlain) {
    const k = classOf[c] as number
    if (k === charClass.white) {
      if (c === 0) break
      isWhite = true
      c = bytes[++i] as number
      continue
    }
    if (k === charClass.newline) {
      if (isMade) out.leavePadding()
      else if (o > first) out.settlePadding()
      out.length = o
      state.position = i + 1
      state.passLineEnd(i + 1)
      return true
    }
    if (k === charClass.slash) {
      const next = bytes[i + 1] as number
      if (next === 0x2f && !keepsComments) {
        i = bytes.indexOf(newline, i)
        c = newline
        continue
      }
      if (next === 0x2a) {
        // A comment that ends on its line is a blank; one that does not is left to the other way.
        let j = i + 2
        let d = bytes[j] as number
        while (d !== newline && !(d === 0x2a && bytes[j + 1] === 0x2f)) d = bytes[++j] as number
        if (d === newline || keepsComments) break
        isWhite = true
        i = j + 2
        c = bytes[i] as number
        continue
      }
      if (next === 0x2f) break
    }
    if (!isPunctuation || isWhite || k === charClass.name || k === charClass.digit || k === charClass.quote || k === charClass.dot) {
      beforeAt = at
      beforeOut = atOut
      beforeWhite = atWhite
      at = i
      atOut = o
      atWhite = isWhite
    }
    if (isWhite) {
      isWhite = false
      if (hasOrigins) out.addRun(o + 1, state.base + i)
      target[o++] = 0x20
    } else if (isMade && hasOrigins) out.addRun(o, state.base + i)
    isMade = false
    isPunctuation = false
    if (k === charClass.name) {
      let hash = 0
      do {
        target[o++] = c
        hash = hashStep(hash, c)
        c = bytes[++i] as number
      } while (isNameByte[c] === 1)
      const node = names.findOrDefine(hash, bytes, at, i)
      if (node !== 0 && names.isStop(node)) {
        out.length = atOut
        if (!putFlatMacro(state, node, at, i, atWhite)) break
        isMade = true
        out.reserve(state.end - i + 2)
        target = out.bytes
        o = out.length
        continue
      }
      // L"x" is one token, and so is what stands before a later name.
    } else if (k === charClass.digit || (k === charClass.dot && classOf[bytes[i + 1] as number] === charClass.digit)) {
      target[o++] = c
      let previous = c
      c = bytes[++i] as number
      while (
        isNameByte[c] === 1 ||
        c === 0x2e ||
        ((c === 0x2b || c === 0x2d) && ((previous | 0x20) === 0x65 || (previous | 0x20) === 0x70))
      ) {
        target[o++] = previous = c
        c = bytes[++i] as number
      }
    } else if (k === charClass.quote) {
      const quote = c
      target[o++] = c
      c = bytes[++i] as number
      while (c !== quote && c !== newline) {
        if (c === 0x5c && bytes[i + 1] !== newline) {
          target[o++] = c
          c = bytes[++i] as number
        }
        if (c === 0) isPlain = false
        target[o++] = c
        c = bytes[++i] as number
      }
      if (c === quote) {
        target[o++] = c
        c = bytes[++i] as number
      }
    } else {
      isPunctuation = true
      target[o++] = c
      c = bytes[++i] as number
    }
  }
  if (hasOrigins) out.dropSegmentsFrom(beforeOut)
  if (beforeAt !== state.position && out.previous === 0) out.passText()
  out.length = beforeOut
  state.position = beforeAt
  state.pendingWhite = beforeWhite
  state.stopPosition = at
  return false
}

/** A line that begins with an odd blank (form feed, NUL) or where comments are kept: decides whether it is text. */
function isTextAfterBlanks(state: State): boolean {
  const { bytes } = state
  let i = state.position
  while (classOf[bytes[i] as number] === charClass.white && i < state.end) {
    if (bytes[i] === 0) state.warn('null-character', 'null character ignored', state.base + i)
    i++
  }
  state.position = i
  if (i >= state.end) return false
  const c = bytes[i] as number
  if (c === newline) {
    state.passLineEnd(i + 1)
    state.position = i + 1
    return false
  }
  if (c === 0x2f && !state.options.keepComments && (bytes[i + 1] === 0x2a || bytes[i + 1] === 0x2f)) return false
  if (c === 0x23) {
    state.atLineStart = false
    state.position = i + 1
    if (state.directive(state, state.base + i)) return false
    state.position = i
  }
  return true
}

/**
 * Token by token until the line can be copied again: true; or to its end, or the end of the last line that a macro's
 * arguments reach: false.
 */
function expandPiece(state: State): boolean {
  const { out, stopPosition } = state
  const { frame } = state
  state.atLineStart = false
  for (;;) {
    if (state.isInFile) {
      state.temporary.length = 0
      state.texts.cut()
    }
    const found = nextToken(state)
    if (found === kind.endOfLine) {
      state.passLineEnd(state.position + 1)
      state.position++
      state.atLineStart = true
      return false
    }
    if (found === kind.endOfFile) {
      state.atLineStart = true
      return false
    }
    if (found === kind.pragma) {
      state.printPragma(state.text(), state.fileLocationOf(state.place))
      continue
    }
    out.token(found, state.flags, state.value, state.size, state.place, state.expansion)
    if (found === kind.comment) {
      const text = state.text()
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) out.line++
    }
    if (out.isFull) tooLarge(state)
    if (state.isInFile && found !== kind.padding && state.position > stopPosition && state.frame === frame) {
      // Padding has been seen to: whatever follows stands as it is written.
      if (!state.hasRemarks && !state.isSkipping) return true
    }
  }
}

function tooLarge(state: State): never {
  state.fatal(
    'output-too-large',
    `the preprocessed text grows above the limit of ${state.options.limits.outputSizeInBytes} bytes`,
    state.invocationLocation || state.location,
  )
}
