// What -z asks for.
// Enters: the words of LinkOptions.z. Leaves: settings, and a warning for a word that GNU ld does not know. GNU ld manual §2.1, -z.

import { type DiagnosticSink, nearestWord } from '@kernelbox/diagnostics'
import type { LinkOptions } from '../options.ts'

/** All of GNU ld 2.40 for x86, without their values; most concern shared libraries, and say nothing here. */
const knownWords: readonly string[] = `
  call-nop cet-report combreloc nocombreloc common nocommon common-page-size defs undefs dynamic-undefined-weak nodynamic-undefined-weak
  execstack noexecstack global globalaudit ibt ibtplt shstk indirect-extern-access noindirect-extern-access initfirst interpose
  lam-u48 lam-u57 lam-u48-report lam-u57-report lam-report lazy loadfltr max-page-size muldefs nocopyreloc nodefaultlib nodelete
  nodlopen nodump noextern-protected-data noreloc-overflow now origin pack-relative-relocs
  nopack-relative-relocs relro norelro report-relative-reloc separate-code noseparate-code stack-size start-stop-gc
  nostart-stop-gc start-stop-visibility text notext textoff unique nounique unique-symbol nounique-symbol
  x86-64-baseline x86-64-v2 x86-64-v3 x86-64-v4
`
  .trim()
  .split(/\s+/)

export function warnOfUnknownWords({ z }: LinkOptions, sink: DiagnosticSink): void {
  for (const text of new Set(z)) {
    const word = text.replace(/=.*/s, '')
    if (knownWords.includes(word)) continue
    const meant = nearestWord(word, knownWords)
    const advice = meant === undefined ? {} : { fix: { message: `did you mean '-z ${meant}${text.slice(word.length)}'?` } }
    sink.warn('unknown-z-word', `-z ${text} ignored: GNU ld has no such word`, undefined, advice)
  }
}

/** Whether `-z word` is in force: of a word and its opposite the last holds (tried on GNU ld 2.40). */
export function hasWord({ z }: Pick<LinkOptions, 'z'>, word: string, opposite?: string): boolean {
  return z?.findLast((one) => one === word || one === opposite) === word
}

/** `-z max-page-size=N`, `-z common-page-size=N`. */
export function pageSize(options: LinkOptions, name: 'max-page-size' | 'common-page-size'): bigint {
  const word = options.z?.findLast((one) => one.startsWith(`${name}=`))
  if (!word) return 0x1000n
  try {
    const size = BigInt(word.slice(name.length + 1))
    // Zero is GNU ld's word for its default; what is no power of two is refused where the words are read.
    return size > 0n && (size & (size - 1n)) === 0n ? size : 0x1000n
  } catch {
    return 0x1000n
  }
}
