// V8 set up for runs that last a second. Enters: nothing. Leaves: functions are compiled by the optimising compiler only
// after they have run for long. Measured on the 275,000 lines that gcc makes of sqlite3: by default a third of the CPU time
// of kas went into optimised code that hardly ran before the end; with this budget it takes 30 % less, larger inputs no more.

import { setFlagsFromString } from 'node:v8'

/** Versions of V8 (Node.js 20 to 24) known to have the flag; others would print a complaint. */
const firstMajor = 11
const lastMajor = 13
const interruptBudget = 1_000_000

/** To be called before the work begins. */
export function tuneForShortRun(): void {
  const major = Number.parseInt(process.versions.v8, 10)
  if (major >= firstMajor && major <= lastMajor) setFlagsFromString(`--interrupt-budget=${interruptBudget}`)
}
