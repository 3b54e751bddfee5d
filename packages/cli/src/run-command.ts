// The outermost frame of a command: turns what a main function returns or throws into an exit status.

/** A fault of the command line; shown in one line, with a pointer to --help. Exit status 1, as GNU as and ld give. */
export class UsageError extends Error {}

/** A file that cannot be read or written; shown in one line. Exit status 1. */
export class FileError extends Error {}

/**
 * Runs a command. `main` returns the exit status. Faults of the command line and of files are told; anything else that is
 * thrown is our own bug and says so, with a stack trace only under KERNELBOX_DEBUG.
 */
export async function runCommand(program: string, main: (words: string[]) => number | Promise<number>): Promise<void> {
  watchStandardOutput()
  try {
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    if (error instanceof UsageError || error instanceof FileError) {
      const hint = error instanceof UsageError ? `${program}: '${program} --help' lists the options\n` : ''
      process.stderr.write(`${program}: error: ${error.message}\n${hint}`)
      process.exitCode = 1
      return
    }
    process.stderr.write(`${program}: internal error: ${error instanceof Error ? error.message : String(error)}\n`)
    if (process.env.KERNELBOX_DEBUG) process.stderr.write(`${error instanceof Error ? error.stack : ''}\n`)
    else process.stderr.write(`${program}: this is a bug in ${program}; KERNELBOX_DEBUG=1 shows where\n`)
    process.exitCode = 70
  }
}

/** `kasm -E file | head`: the reader has gone. Waits for the first use of the stream: making it costs 2 ms. */
function watchStandardOutput(): void {
  const descriptor = Object.getOwnPropertyDescriptor(process, 'stdout')
  const get = descriptor?.get
  if (!get || !descriptor.configurable) {
    process.stdout.on('error', onOutputError)
    return
  }
  Object.defineProperty(process, 'stdout', {
    ...descriptor,
    get() {
      Object.defineProperty(process, 'stdout', descriptor)
      const stream = get.call(process) as NodeJS.WriteStream
      stream.on('error', onOutputError)
      return stream
    },
  })
}

function onOutputError(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(141)
  throw error
}
