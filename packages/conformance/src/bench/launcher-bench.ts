// `bench launcher`: klaunch on /dev/kvm against a C launcher that does the same work, and against QEMU where it is here.

import { existsSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { cacheFolder } from '../core/cache.ts'
import { WrongUse } from '../core/case.ts'
import { findProgram } from '../core/command-template.ts'
import { packagesFolder } from '../core/folders.ts'
import type { BenchOptions } from './assembler-bench.ts'
import { compileProgram, type Contender, formatMeasured, measure } from './measure.ts'

/** A 64 KB image: code at its start, ljmp F000:0000 at the reset vector. */
export function makeImage(code: readonly number[]): Buffer {
  const image = Buffer.alloc(0x10000)
  image.set(code)
  image.set([0xea, 0x00, 0x00, 0x00, 0xf0], 0xfff0)
  return image
}

/** mov $'.', %al; mov $count, %ecx; 1: out %al, $port; dec %ecx (both 32-bit); jnz 1b; hlt */
export function outLoop(port: number, count: number): number[] {
  const c = [0, 8, 16, 24].map((shift) => (count >>> shift) & 0xff)
  return [0xb0, 0x2e, 0x66, 0xb9, ...c, 0xe6, port, 0x66, 0x49, 0x75, 0xfa, 0xf4]
}

export async function benchLauncher({ rounds }: BenchOptions, print: (text: string) => void): Promise<void> {
  const klaunch = join(packagesFolder, 'klaunch', 'bin', 'klaunch.cjs')
  if (!existsSync(klaunch)) throw new WrongUse('klaunch is not built: run pnpm build')
  const launcher = compileProgram('kvm-launcher')
  const folder = cacheFolder('bench')
  const image = (name: string, code: readonly number[]): string => {
    const path = join(folder, name)
    writeFileSync(path, makeImage(code))
    return path
  }
  const helloCode = [...'Hello\n'].flatMap((c) => [0xb0, c.charCodeAt(0), 0xe6, 0xf1]).concat(0xf4)
  const hello = image('hello.bin', helloCode)
  const many = image('out-100000.bin', outLoop(0xf1, 100_000))
  const other = image('out-other-100000.bin', outLoop(0xf3, 100_000))
  const hasKvm = existsSync('/dev/kvm')
  if (!hasKvm) print('no /dev/kvm here: the software engine only\n')
  const node = process.execPath
  const c = (path: string, coalesced: boolean): Contender => ({
    name: coalesced ? 'C, coalesced' : 'C',
    words: coalesced ? [launcher, '-c', path] : [launcher, path],
  })
  const ours = (path: string, engine: string): Contender => ({
    name: `klaunch ${engine}`,
    words: [node, klaunch, '--quiet', '--engine', engine, path],
  })
  const start: Contender = { name: 'node -e 0', words: [node, '-e', '0'] }
  // A halted guest does not end QEMU: these images write to isa-debug-exit, which gives status 1 for a 0.
  const qemu = (path: string, code: readonly number[]): Contender[] => {
    if (!findProgram('qemu-system-i386')) return []
    const ending = image(`qemu-${basename(path)}`, [...code.slice(0, -1), 0xb0, 0x00, 0xe6, 0xf4, 0xf4])
    const words = [
      'qemu-system-i386',
      '-display',
      'none',
      '-no-reboot',
      '-bios',
      ending,
      '-debugcon',
      'file:/dev/null',
      '-global',
      'isa-debugcon.iobase=0xf1',
    ]
    return [{ name: 'qemu (tcg)', words: [...words, '-device', 'isa-debug-exit,iobase=0xf4,iosize=1'], status: 1 }]
  }
  const kvm = hasKvm ? ['kvm', 'software'] : ['software']
  const base = (path: string): Contender[] => (hasKvm ? [c(path, false), c(path, true)] : [start])
  print(
    formatMeasured(
      'hello, to its hlt',
      measure([...base(hello), ...kvm.map((engine) => ours(hello, engine)), start, ...qemu(hello, helloCode)], rounds, folder),
    ),
  )
  print(
    formatMeasured(
      '100,000 outb to the pseudo-serial port',
      measure([...base(many), ...kvm.map((engine) => ours(many, engine)), ...qemu(many, outLoop(0xf1, 100_000))], rounds, folder),
    ),
  )
  print(
    formatMeasured(
      '100,000 outb to a port that no device has',
      measure([...base(other).slice(0, 1), ...kvm.map((engine) => ours(other, engine))], rounds, folder),
    ),
  )
}
