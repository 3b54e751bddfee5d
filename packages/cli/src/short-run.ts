// V8 set up for runs that last a second. Enters: nothing. Leaves: functions are compiled by the optimising compiler only
// after they have run for long. Measured on the 275,000 lines that gcc makes of sqlite3: by default a third of the CPU time
// of kas went into optimised code that hardly ran before the end; with this budget it takes 30 % less, larger inputs no more.

import { setFlagsFromString } from 'node:v8'

/** V8 of Node.js 20, the only one that has the flag (22, 24 and 26 complain of it on standard error). */
const majorWithFlag = 11
const interruptBudget = 1_000_000

/** To be called before the work begins. */
export function tuneForShortRun(): void {
  if (Number.parseInt(process.versions.v8, 10) === majorWithFlag) setFlagsFromString(`--interrupt-budget=${interruptBudget}`)
}
