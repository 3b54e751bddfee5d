/**
 * What the commands share and the libraries must not know: files, the terminal, exit statuses.
 * Private: bundled into kasm, kld and klaunch.
 */
export { expandResponseFiles } from './arguments.ts'
export { type FileFailure, readInputFile, readStandardInput, writeOutputFile } from './files.ts'
export { isFileFailure, openInputFile, OutputFile } from './large-files.ts'
export { createLinkFiles, type LinkFileSystem } from './link-files.ts'
export { type DiagnosticsFormat, diagnosticsFormats, printDiagnostics, wantsColor } from './report.ts'
export { FileError, runCommand, UsageError } from './run-command.ts'
export { tuneForShortRun } from './short-run.ts'
export { version } from './version.ts'
