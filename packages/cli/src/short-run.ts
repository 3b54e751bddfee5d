// V8 set up for runs that last a second. Enters: how much input has been read. Leaves: functions are compiled by the optimising
// compiler only after they have run for long. Measured on the 275,000 lines that gcc makes of sqlite3: by default a third of the CPU
// time of kas went into optimised code that hardly ran before the end. Processor time without and with: Node 20 1.7 and 1.2 s, 22 1.46
// and 1.11, 24 1.07 and 0.89, 26 1.26 and 1.06; with -g as before or a little less.

/** By V8's major version (Node 20 has 11, 22 has 12, 24 has 13, 26 has 14): a V8 that does not know a flag complains on standard error. */
const flags: ReadonlyMap<number, string> = new Map([
  [11, '--interrupt-budget=1000000'],
  [12, '--invocation-count-for-turbofan=20000'],
  [13, '--invocation-count-for-turbofan=20000'],
  [14, '--invocation-count-for-turbofan=20000'],
])

/** With less to read a run is over before anything is optimised; loading node:v8 costs 2 ms. */
const smallInputInBytes = 8_192

let seenInBytes = 0
let isTuned = false

/** To be called for each input, before the work on it begins. */
export function tuneForShortRun(inputInBytes: number): void {
  seenInBytes += inputInBytes
  if (isTuned || seenInBytes < smallInputInBytes) return
  isTuned = true
  const flag = flags.get(Number.parseInt(process.versions.v8, 10))
  if (flag !== undefined) process.getBuiltinModule('node:v8').setFlagsFromString(flag)
}
