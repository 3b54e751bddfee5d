// Finding and opening headers (C17 6.10.2; GNU cpp manual §2.3 "Search Path", §2.7 "Wrapper Headers").
// Enters: a header's name and how it was quoted. Leaves: the file that is read next, or a diagnostic with what was tried.

import { type PreparedFile, prepareFile } from './prepared-file.ts'
import type { SearchChain, SearchFolder } from './search-chain.ts'
import { type FileFrame, guardPhase, type Header, type State } from './state.ts'

export function searchChain(state: State): SearchChain {
  if (state.chain) return state.chain
  const { quote, include, system, standard, after } = state.options.search
  const last = [
    ...system.map((path) => ({ path, systemLevel: 2 })),
    ...standard.map((path) => ({ path, systemLevel: 2 })),
    ...after.map((path) => ({ path, systemLevel: 2 })),
  ]
  const seen = new Set<string>()
  const unique = (folders: SearchFolder[]) =>
    folders.filter((folder) => {
      const key = plainPath(folder.path)
      if (seen.has(key)) return false
      seen.add(key)
      return true
    })
  const systemFolders = unique(last)
  const includeFolders = unique(include.map((path) => ({ path, systemLevel: 0 })))
  const quoteFolders = quote.map((path) => ({ path, systemLevel: 0 }))
  state.chain = { folders: [...quoteFolders, ...includeFolders, ...systemFolders], angledStart: quoteFolders.length }
  return state.chain
}

/** `a/./b/../c/` as `a/c`, without following links. */
function plainPath(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && parts.length > 0 && parts[parts.length - 1] !== '..') parts.pop()
    else parts.push(part)
  }
  return (path.startsWith('/') ? '/' : '') + parts.join('/')
}

const joined = (folder: string, name: string) => (folder === '' ? name : folder.endsWith('/') ? folder + name : `${folder}/${name}`)

export function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, Math.max(slash, 1))
}

interface Found {
  readonly header: Header
  readonly folderIndex: number
  readonly systemLevel: number
}

function find(state: State, name: string, isAngled: boolean, isNext: boolean, tried: string[]): Found | undefined {
  const frame = state.frame as FileFrame
  if (name.startsWith('/')) {
    tried.push(name)
    const file = openFile(state, name, false)
    return file && { header: headerOf(state, '/', name, file), folderIndex: -1, systemLevel: 0 }
  }
  const { folders, angledStart } = searchChain(state)
  let from = isAngled ? angledStart : 0
  if (isNext && frame.folderIndex !== -1) from = frame.folderIndex === ownFolder ? 0 : frame.folderIndex + 1
  else if (!isAngled && !isNext) {
    const path = joined(frame.directory, name)
    tried.push(path)
    // -include finds its file in the folder of the build and calls it ./file; the caller is asked for the name as given.
    const file = openFile(state, path, frame.claimedSystemLevel > 0, frame.reading.includedFrom === commandLine ? name : path)
    if (file) return { header: headerOf(state, frame.directory, name, file), folderIndex: ownFolder, systemLevel: 0 }
  }
  for (let i = from; i < folders.length; i++) {
    const folder = folders[i] as SearchFolder
    const path = joined(folder.path, name)
    tried.push(path)
    const file = openFile(state, path, folder.systemLevel > 0)
    if (file) return { header: headerOf(state, i, name, file), folderIndex: i, systemLevel: folder.systemLevel }
  }
  return undefined
}

/** What is known of a header that was found in a folder of the chain (a number) or beside the including file. */
function headerOf(state: State, folder: number | string, name: string, file: PreparedFile): Header {
  const key = `${folder}\0${name}`
  let header = state.headers.get(key)
  if (!header) state.headers.set(key, (header = { file, guard: 0 }))
  return header
}

/** Found beside the including file, in no folder of the chain. */
const ownFolder = -2

/** A system header is named by its real path where that is shorter (gcc manual §3.13, -fcanonical-system-headers). */
function shorterPath(state: State, path: string): string {
  const real = state.options.files.realPath?.(path)
  return real !== undefined && real.length < path.length ? real : path
}

function openFile(state: State, path: string, isSystem: boolean, readPath = path): PreparedFile | undefined {
  const known = state.files.get(path)
  if (known !== undefined) return known || undefined
  const bytes = state.options.files.readFile(readPath)
  if (!bytes) {
    state.files.set(path, false)
    return undefined
  }
  const identity = state.options.files.identity?.(readPath)
  const same = identity === undefined ? undefined : state.fileIdentities.get(identity)
  const file = prepareFile(isSystem ? shorterPath(state, path) : path, bytes, state.options.trigraphs)
  if (same) file.shared = same.shared
  else if (identity !== undefined) state.fileIdentities.set(identity, file)
  state.files.set(path, file)
  return file
}

export function headerExists(state: State, name: string, isAngled: boolean, isNext: boolean): boolean {
  if (isNext && state.frames.length <= 1) return find(state, name, isAngled, false, []) !== undefined
  return find(state, name, isAngled, isNext, []) !== undefined
}

/** Begins to read a header at the next line. `location` is the place of its name, `line` the written line of the directive. */
export function includeHeader(
  state: State,
  name: string,
  isAngled: boolean,
  isNext: boolean,
  isImport: boolean,
  location: number,
  line: number,
): void {
  const frame = state.frame as FileFrame
  if (state.frames.length >= state.options.limits.includeDepth) {
    state.fatal(
      'include-too-deep',
      `#include nested depth ${state.frames.length} exceeds maximum of ${state.options.limits.includeDepth}`,
      location,
      name.length + 2,
    )
  }
  const tried: string[] = []
  let isReallyNext = isNext
  if (isNext && state.frames.length <= 1) {
    state.warn('include-next-in-main', '#include_next in primary source file', location)
    isReallyNext = false
  }
  const found = find(state, name, isAngled, isReallyNext, tried)
  if (!found) {
    if (state.options.allowsMissingHeaders) {
      state.dependencies.set(name, isAngled)
      return
    }
    state.fatal('no-such-header', `${name}: No such file or directory`, location, name.length + 2, {
      notes: [
        {
          message:
            tried.length > 0
              ? `tried ${tried.slice(0, 12).join(', ')}${tried.length > 12 ? `, and ${tried.length - 12} more` : ''}`
              : 'there is no folder to look in',
        },
      ],
    })
  }
  const { header } = found
  const { file, guard } = header
  const { shared } = file
  if (isImport) {
    shared.isOnce = true
    if (shared.wasRead) return
  }
  if (shared.isOnce && shared.wasRead) return
  if (guard !== 0 && state.names.macro(guard) !== 0) return
  // What a system header includes is one too, wherever it was found.
  const systemLevel = Math.max(found.systemLevel, frame.claimedSystemLevel)
  state.dependencies.set(file.source.name, systemLevel > 0)
  // A reader of the text learns first where the including file stands.
  if (frame.reading.includedFrom !== commandLine) {
    state.out.toLine(line + frame.lineDelta, frame.claimedName, systemFlags(frame.claimedSystemLevel))
  }
  enterFile(state, file, header, location, found.folderIndex, systemLevel, ' 1')
}

/** Begins with the byte order mark of UTF-16. */
const isUtf16 = (bytes: Uint8Array) => (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)

function tellUtf16(state: State, file: PreparedFile, includedFrom: number): void {
  if (file.shared.wasRead || state.options.noWarnings) return
  const { source } = file
  const span = (includedFrom >= 0 && state.locations.span(includedFrom)) || { source, start: 0, end: Math.min(2, source.sizeInBytes) }
  state.sink.warn('utf-16', `${source.name} is UTF-16 text, which is read as bytes with a zero after each character`, span, {
    fix: { message: 'save it as UTF-8' },
  })
}

/** Makes a file the one that is read. `reason` is what its marker says of it. */
export function enterFile(
  state: State,
  file: PreparedFile,
  header: Header | undefined,
  includedFrom: number,
  folderIndex: number,
  systemLevel: number,
  reason: string,
): void {
  saveFrame(state)
  if (isUtf16(file.source.bytes)) tellUtf16(state, file, includedFrom)
  file.shared.wasRead = true
  if (!state.locations.hasRoomFor(file)) {
    state.fatal(
      'too-much-text',
      'the files of this run, a header as often as it is included, hold more than 2 GiB',
      Math.max(0, includedFrom),
    )
  }
  const reading = state.locations.open(file, includedFrom)
  const frame: FileFrame = {
    reading,
    file,
    header,
    directory: directoryOf(file.source.name),
    folderIndex,
    systemLevel,
    conditionBase: state.conditions.length,
    position: 0,
    lineStart: 0,
    line: 1,
    editIndex: 0,
    remarkIndex: 0,
    claimedName: file.source.name,
    claimedSystemLevel: systemLevel,
    lineDelta: 0,
    guardPhase: guardPhase.start,
    guard: 0,
  }
  state.frames.push(frame)
  if (state.frames.length > 1 && includedFrom >= 0) state.includeTrace.push(`${'.'.repeat(state.frames.length - 1)} ${file.source.name}`)
  loadFrame(state, frame)
  state.out.marker(1, file.source.name, reason, systemFlags(systemLevel))
}

export const systemFlags = (level: number) => (level === 0 ? '' : level === 1 ? ' 3' : ' 3 4')

export function saveFrame(state: State): void {
  const { frame } = state
  if (!frame) return
  frame.position = state.position
  frame.lineStart = state.lineStart
  frame.line = state.line
  frame.editIndex = state.editIndex
  frame.remarkIndex = state.remarkIndex
}

export function loadFrame(state: State, frame: FileFrame): void {
  const { file } = frame
  state.frame = frame
  state.bytes = file.bytes
  state.end = file.end
  state.base = frame.reading.base
  state.position = frame.position
  state.lineStart = frame.lineStart
  state.line = frame.line
  state.editIndex = frame.editIndex
  state.remarkIndex = frame.remarkIndex
  state.hasEdits = file.editOffsets.length > 0
  state.hasRemarks = file.remarks.length > 0
  state.atLineStart = true
}

/** The end of the file that is read: its open conditions are told, and the including file goes on. False at the very end. */
export function leaveFile(state: State): boolean {
  const frame = state.frame as FileFrame
  const { finalSplice, source } = frame.file
  if (finalSplice >= 0) {
    state.sink.warn('splice-at-end', 'backslash-newline at end of file', { source, start: finalSplice, end: finalSplice + 1 })
  }
  while (state.conditions.length > frame.conditionBase) {
    const condition = state.conditions.pop()
    if (!condition) break
    state.error('unterminated-condition', `unterminated #${condition.directive}`, condition.location, condition.directive.length)
    state.isSkipping = condition.wasSkipping
  }
  if (frame.guardPhase === guardPhase.complete && frame.guard !== 0 && frame.header) frame.header.guard = frame.guard
  if (state.frames.length <= 1) return false
  state.frames.pop()
  const outer = state.frames[state.frames.length - 1] as FileFrame
  loadFrame(state, outer)
  if (outer.reading.includedFrom !== commandLine) {
    state.out.marker(state.line + outer.lineDelta, outer.claimedName, ' 2', systemFlags(outer.claimedSystemLevel))
  }
  return true
}

export const commandLine = -2
