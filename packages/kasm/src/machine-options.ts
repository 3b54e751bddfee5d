// Options that begin with -m: processors, encodings, relocations. GNU as manual §9.16.1 "Options".
// Enters: a name and its value. Leaves: options of the assembler and of the encoder.

import type { AssembleOptions } from '@kernelbox/assembler'
import { UsageError } from '@kernelbox/cli'

export type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** What -malign-branch= can name. */
const branchKinds = ['jcc', 'fused', 'jmp', 'call', 'ret', 'indirect'] as const
type BranchKind = (typeof branchKinds)[number]

/** The choice that a setting names, in letters of either case. */
export function settingOf<T>(option: string, setting: string, choices: Readonly<Record<string, T>>): T {
  const name = setting.toLowerCase()
  if (Object.hasOwn(choices, name)) return choices[name] as T
  throw new UsageError(`${option} is ${Object.keys(choices).join(' or ')}, not '${setting}'`)
}

export const isMachineOption = (name: string): boolean => /^m[a-z]/.test(name) && name !== 'mri' && name !== 'multibyte-handling'

/** -march=, -mtune=, -mshared and the like. */
export function machineOption(
  name: string,
  setting: string,
  options: Mutable<AssembleOptions>,
  encode: Mutable<NonNullable<AssembleOptions['encode']>>,
): void {
  const option = `-${name}`
  const choice = <T>(choices: Readonly<Record<string, T>>): T => settingOf(option, setting, choices)
  const truth = (): boolean => choice({ yes: true, no: false })
  const alignBranches = (boundaryPower?: number, kinds?: readonly BranchKind[], prefixSize?: number): void => {
    const before = options.branchAlignment
    options.branchAlignment = {
      boundaryPower: boundaryPower ?? before?.boundaryPower ?? 0,
      kinds: new Set(kinds ?? before?.kinds ?? ['jcc', 'fused', 'jmp']),
      prefixSize: prefixSize ?? before?.prefixSize ?? 5,
    }
  }
  switch (name) {
    case 'march':
      if (setting === '') throw new UsageError('-march= needs the name of a processor')
      options.arch = setting
      return
    case 'mtune':
      if (setting === '') throw new UsageError('-mtune= needs the name of a processor')
      options.tune = setting
      return
    case 'mshared':
      options.isShared = true
      return
    case 'mrelax-relocations':
      options.relaxRelocations = truth()
      return
    case 'mx86-used-note':
      options.x86UsedNote = truth()
      return
    case 'mindex-reg':
      encode.allowIndexReg = true
      return
    case 'msse-check':
      encode.sseCheck = choice<'none' | 'warning' | 'error'>({ none: 'none', warning: 'warning', error: 'error' })
      return
    case 'moperand-check':
      encode.operandCheck = choice<'none' | 'warning' | 'error'>({ none: 'none', warning: 'warning', error: 'error' })
      return
    case 'muse-unaligned-vector-move':
      encode.unalignedVectorMove = true
      return
    case 'msse2avx':
      encode.sse2avx = true
      return
    case 'mavxscalar':
      encode.avxScalar = choice<128 | 256>({ 128: 128, 256: 256 })
      return
    case 'mvexwig':
      encode.vexW = choice<0 | 1>({ 0: 0, 1: 1 })
      return
    case 'mevexlig':
      encode.evexLength = choice<128 | 256 | 512>({ 128: 128, 256: 256, 512: 512 })
      return
    case 'mevexwig':
      encode.evexW = choice<0 | 1>({ 0: 0, 1: 1 })
      return
    case 'mevexrcig':
      encode.evexRounding = choice<'rn' | 'rd' | 'ru' | 'rz'>({ rne: 'rn', rd: 'rd', ru: 'ru', rz: 'rz' })
      return
    case 'mnaked-reg':
      options.nakedRegisters = true
      return
    case 'mmnemonic':
      if (setting !== 'att') throw new UsageError(`${option}=${setting}: only AT&T mnemonics are supported`)
      return
    case 'msyntax':
      if (setting !== 'att') throw new UsageError(`${option}=${setting}: only AT&T syntax is supported`)
      return
    case 'madd-bnd-prefix':
      encode.addBndPrefix = true
      return
    case 'momit-lock-prefix':
      encode.omitLockPrefix = truth()
      return
    case 'mfence-as-lock-add':
      encode.fenceAsLockAdd = truth()
      return
    case 'mlfence-after-load':
      encode.lfenceAfterLoad = truth()
      return
    case 'mlfence-before-indirect-branch': {
      const kind = choice<'all' | 'register' | 'memory' | 'none'>({ all: 'all', register: 'register', memory: 'memory', none: 'none' })
      if (kind !== 'none') encode.lfenceBeforeIndirectBranch = kind
      return
    }
    case 'mlfence-before-ret': {
      const method = choice<'or' | 'not' | 'shl' | 'none'>({ or: 'or', not: 'not', shl: 'shl', yes: 'shl', none: 'none' })
      if (method !== 'none') encode.lfenceBeforeRet = method
      return
    }
    case 'mamd64':
      encode.isa64 = 'amd64'
      return
    case 'mintel64':
      encode.isa64 = 'intel64'
      return
    case 'malign-branch-boundary': {
      const boundary = Number(setting)
      if (!(boundary === 0 || (boundary >= 16 && boundary <= 0x800000 && Number.isInteger(Math.log2(boundary)))))
        throw new UsageError(`-malign-branch-boundary is 0 or a power of two from 16 on, not '${setting}'`)
      alignBranches(boundary === 0 ? 0 : Math.log2(boundary))
      return
    }
    case 'malign-branch': {
      const names = setting.split('+')
      const wrong = names.find((kind) => !(branchKinds as readonly string[]).includes(kind))
      if (wrong !== undefined) throw new UsageError(`-malign-branch takes ${branchKinds.join(', ')}, joined by '+', not '${wrong}'`)
      alignBranches(
        undefined,
        branchKinds.filter((kind) => names.includes(kind)),
      )
      return
    }
    case 'malign-branch-prefix-size':
      if (!/^[0-5]$/.test(setting)) throw new UsageError(`-malign-branch-prefix-size is a number from 0 to 5, not '${setting}'`)
      alignBranches(undefined, undefined, Number(setting))
      return
    case 'mbranches-within-32B-boundaries':
      alignBranches(5, ['jcc', 'fused', 'jmp'], 5)
      return
    default:
      throw new UsageError(`there is no option '${option}'`)
  }
}
