// Enters: the command line's words and an instruction line at which GNU as 2.40 and ours differ. Leaves: the fault of GNU as that makes its
// answer no reference, each of which docs/instructions.md tells of; undefined: the difference is ours.

const BLEND = /^(?:\{\w+\} *)*(?:\w+ +)*(?:p?blendv\w+|sha256rnds2)(?:\.\w+)? +/

interface Fault {
  readonly title: string
  readonly holds: (line: string, flags: readonly string[]) => boolean
}

const FAULTS: readonly Fault[] = [
  {
    title: 'GNU as writes a ModRM byte that announces no displacement, or ends with a fault of memory',
    holds: (line, flags) => flags.includes('-msse2avx') && BLEND.test(line) && /\w+(?:\.\w+)? +[^%]*[^,]*\)?, *%xmm\d+$/.test(line),
  },
  {
    title: 'GNU as loses the relocation operator behind a written %xmm0',
    holds: (line) => BLEND.test(line) && /%xmm0, *[^,]*@\w/.test(line),
  },
  {
    title: 'GNU as gives XOP shifts and rotates other registers than those written',
    holds: (line) => /\bvp(?:rot|sha|shl)[bwdq]\b/.test(line) && /\{store\}|\{load\}|\.s\b/.test(line),
  },
  {
    title: 'GNU as does not look at the relocation operator of a branch of two lengths: the linker would fill in no distance',
    holds: (line) => /(?:^|\s)j(?!e?cxz|rcxz)\w+(?:\.\w+|,p[nt])? +(?:%\w+:)?\w+@(?!PLT)\w/i.test(line),
  },
  {
    title: 'behind rex.w and its like GNU as reads five letters that end in s as three with the ending .s',
    holds: (line) => /(?:^|\s)rex\.\w+ +(?:\{\w+\} *)*[a-z]{4}s\b/.test(line),
  },
]

export function faultOfGnu(line: string, flags: readonly string[]): string | undefined {
  return FAULTS.find(({ holds }) => holds(line, flags))?.title
}
