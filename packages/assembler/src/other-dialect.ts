// Statements of NASM and MASM, in the words of this assembler. Enters: the text of a statement that cannot stand.
// Leaves: the statement to write instead. NASM manual §3.2 (pseudo-instructions), §7 (directives); GNU as manual §7.

const cells: Readonly<Record<string, { directive: string; bytes: number }>> = {
  b: { directive: '.byte', bytes: 1 },
  w: { directive: '.word', bytes: 2 },
  d: { directive: '.long', bytes: 4 },
  q: { directive: '.quad', bytes: 8 },
}

/** The same statement for this assembler, or undefined where it is of no dialect known here. */
export function fromOtherDialect(statement: string): string | undefined {
  const text = statement.trim()
  // The patterns below are tried on short statements only; nobody writes the others by hand.
  if (text.length > 400) return undefined
  return directive(text) ?? data(text)
}

function directive(text: string): string | undefined {
  const found =
    /^\[?[ \t]*(bits|use16|use32|use64|org|section|segment|global|extern|extrn|public|align|incbin)\b[ \t]*([^\]]*?)[ \t]*\]?$/i.exec(text)
  if (!found) return undefined
  const word = (found[1] as string).toLowerCase()
  const rest = found[2] as string
  switch (word) {
    case 'bits':
      return /^(16|32|64)$/.test(rest) ? `.code${rest}` : undefined
    case 'use16':
    case 'use32':
    case 'use64':
      return rest === '' ? `.code${word.slice(3)}` : undefined
    case 'global':
    case 'public':
      return rest === '' ? undefined : `.globl ${rest}`
    case 'extern':
    case 'extrn':
      return rest === '' ? undefined : `.extern ${rest}`
    case 'section':
    case 'segment':
      return rest === '' ? undefined : /^\.(text|data|bss)$/.test(rest) ? rest : `.section ${rest}`
    case 'align':
      return rest === '' ? undefined : `.balign ${rest}`
    default:
      return rest === '' ? undefined : `.${word} ${rest}`
  }
}

function data(text: string): string | undefined {
  const constant = /^(?:([A-Za-z_.$][\w.$]*)[ \t]+equ|equ[ \t]+([A-Za-z_.$][\w.$]*)[ \t]*,?)[ \t]+(\S.*)$/i.exec(text)
  if (constant) return `.equ ${constant[1] ?? constant[2]}, ${constant[3]}`
  const padding = /^times[ \t]+([^$\s]+)[ \t]*-[ \t]*\([ \t]*\$[ \t]*-[ \t]*\$\$[ \t]*\)[ \t]+db[ \t]+(\S+)$/i.exec(text)
  if (padding) return /^0+$|^0x0+$/i.test(padding[2] as string) ? `.org ${padding[1]}` : `.org ${padding[1]}, ${padding[2]}`
  const times = /^times[ \t]+(\S+)[ \t]+d([bwdq])[ \t]+(\S+)$/i.exec(text)
  if (times) return `.fill ${times[1]}, ${cells[(times[2] as string).toLowerCase()]?.bytes}, ${times[3]}`
  // `db` itself, or a name without a colon before it.
  const found = /^(?:([A-Za-z_.$][\w.$]*):?[ \t]+)?(d|res)([bwdq])[ \t]+(\S.*)$/i.exec(text)
  if (!found) return undefined
  const [, name, kind, letter, rest] = found as unknown as [string, string | undefined, string, string, string]
  const cell = cells[letter.toLowerCase()]
  if (!cell) return undefined
  const label = name === undefined ? '' : `${name}: `
  if (kind.toLowerCase() === 'res') return cell.bytes === 1 ? `${label}.skip ${rest}` : `${label}.fill ${rest}, ${cell.bytes}`
  if (cell.bytes > 1) return `${label}${cell.directive} ${rest}`
  return label + bytesAndStrings(rest)
}

/** `"hi",13,10,0` as runs of .ascii and .byte; a string and one zero behind it is .asciz. */
function bytesAndStrings(list: string): string {
  const parts = (list.match(/"[^"]*"|'[^']*'|[^,"']+/g) ?? []).map((part) => part.trim()).filter((part) => part !== '')
  const isString = (part: string) => /^["']/.test(part)
  const quoted = (part: string) => `"${part.slice(1, -1).replace(/[\\"]/g, '\\$&')}"`
  if (parts.length === 2 && isString(parts[0] as string) && /^0(?:x0+)?$/.test(parts[1] as string))
    return `.asciz ${quoted(parts[0] as string)}`
  const statements: string[] = []
  let run: string[] = []
  const endRun = () => {
    if (run.length > 0)
      statements.push(`${isString(run[0] as string) ? '.ascii' : '.byte'} ${run.map((p) => (isString(p) ? quoted(p) : p)).join(', ')}`)
    run = []
  }
  for (const part of parts) {
    if (run.length > 0 && isString(part) !== isString(run[0] as string)) endRun()
    run.push(part)
  }
  endRun()
  return statements.join('; ')
}
