// Options that are in order by themselves, but change nothing for this image on this machine. Enters: the options written, the format and
// the machine that were taken. Leaves: one line for each such option.
import type { BootFormat } from '@kernelbox/launcher'
import type { MachineName } from './options.ts'

type Case = readonly [options: readonly string[], hasEffect: boolean, purpose: string]

export function ineffectiveOptions(written: readonly string[], format: BootFormat, machine: MachineName, wanted?: MachineName): string[] {
  const cases: readonly Case[] = [
    [['append', 'module'], format === 'multiboot', 'it is for Multiboot kernels'],
    [['load'], format === 'flat', 'it is for flat images; this file says where it goes'],
    [['machine'], wanted === undefined || wanted === machine, 'it calls the BIOS, which is on that machine'],
    [['keys', 'input', 'display'], machine !== 'article', 'it needs the devices of --machine pc'],
    [['port', 'raw'], machine !== 'testdev', "it is for the article's serial port; testdev has its own at 0xf1"],
  ]
  const kind =
    format === 'boot' ? 'a boot sector' : format === 'flat' ? 'a flat image' : format === 'elf' ? 'an ELF program' : 'a Multiboot kernel'
  return cases.flatMap(([options, hasEffect, purpose]) =>
    hasEffect
      ? []
      : options
          .filter((name) => written.includes(name))
          .map((name) => `--${name} has no effect with ${kind} on machine ${machine}: ${purpose}`),
  )
}
