// Rules for make (GNU cpp manual, "-M" and kin).
// Enters: the files that a run read. Leaves: `target: file file…`, lines folded at 72 columns as gcc folds them.

export interface DependencyFormat {
  /** Already quoted for make where -MQ or the default ask for it. */
  readonly targets: readonly string[]
  /** -MM, -MMD: without the headers of system folders. */
  readonly withoutSystem?: boolean
  /** -MP: an empty rule for each header, so that make goes on when one is deleted. */
  readonly phonyTargets?: boolean
}

/** A name as make reads it: blanks, `$` and `#` need a mark. */
export function quoteForMake(name: string): string {
  return name
    .replace(/(\\*)([ \t])/g, '$1$1\\$2')
    .replace(/\$/g, '$$$$')
    .replace(/#/g, '\\#')
}

const widest = 72

export function formatDependencies(
  dependencies: readonly { readonly path: string; readonly isSystem: boolean }[],
  format: DependencyFormat,
): string {
  const files = dependencies
    .filter((dependency) => !(format.withoutSystem && dependency.isSystem))
    .map((dependency) => quoteForMake(dependency.path))
  let text = ''
  let column = 0
  const put = (word: string, isFirst: boolean) => {
    if (!isFirst && column + word.length + 1 > widest) {
      text += ' \\\n '
      column = 1
      text += word
      column += word.length
      return
    }
    if (!isFirst) {
      text += ' '
      column++
    }
    text += word
    column += word.length
  }
  format.targets.forEach((target, i) => put(target, i === 0))
  text += ':'
  column++
  for (const file of files) put(file, false)
  text += '\n'
  if (format.phonyTargets) for (const file of files.slice(1)) text += `${file}:\n`
  return text
}
