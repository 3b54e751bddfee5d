// `klaunch --help`. Loaded only when asked for: commander, which lays it out, takes longer to load than a guest runs.

import { Command, Option } from 'commander'
import { optionTable } from './options.ts'

const closing = `
Exit status:
  0    the guest halted, powered off, or asked for a reset
  1    wrong use, or an image that cannot be loaded
  2    the guest failed: triple fault, an instruction or exit that the engine cannot handle
  3    the engine is not available here
  124  the time was over (--timeout)
  130  Ctrl-C; 143: terminated
  other: what the guest wrote to the debug exit port 0xf4, as QEMU's isa-debug-exit gives it

Examples:
  klaunch kernel2                       run a flat image as after a PC's reset
  klaunch --stats --engine kvm kernel3  what KVM delivered, on standard error
  klaunch boot.img                      a disk with a boot sector, on our BIOS
  klaunch doctor                        is KVM here, and if not, what to do
`

/** The text of --help. */
export function helpText(): string {
  const program = new Command('klaunch')
  program
    .usage('[options] <image>\n       klaunch doctor')
    .description(
      "Runs a kernel image on /dev/kvm or on a software engine. A flat image starts at F000:FFF0 in real mode, as after a PC's reset.",
    )
    .helpOption(false)
  const spelled = new Map<Option, string>()
  for (const [name, row] of Object.entries(optionTable)) {
    const option = new Option(`--${name}`, row.help)
    const argument = 'argument' in row ? (row.argument.startsWith('[') ? row.argument : ` ${row.argument}`) : ''
    spelled.set(option, `${'short' in row ? `-${row.short}, ` : ''}--${name}${argument}`)
    program.addOption(option)
  }
  program.configureHelp({ optionTerm: (option) => spelled.get(option) ?? option.flags, helpWidth: 110 })
  return `${program.helpInformation()}${closing}`
}
