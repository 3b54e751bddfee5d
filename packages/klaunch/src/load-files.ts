// Everything that goes into a machine's memory before its CPU runs: the image in any format, modules, disks, blobs. Enters: a machine with its devices.
// Leaves: a CPU before its first instruction; UsageError and InputError say what is wrong.
import { UsageError } from '@kernelbox/cli'
import { type BootFormat, type Vm, bootImage, enterLongMode, enterProtectedMode, enterRealMode } from '@kernelbox/launcher'
import { checkLoadAddress, checkResetVector } from './flat-image.ts'
import { InputError, largestImageInBytes, loadAddressOf, readInput } from './input-files.ts'
import type { LaunchOptions } from './options.ts'

export function loadFiles(vm: Vm, image: Uint8Array, format: BootFormat, options: LaunchOptions): void {
  const { image: path, entry } = options
  const memoryInBytes = vm.memory.sizeInBytes
  const loadAddress = loadAddressOf(options)
  checkLoadAddress(vm, options)
  const modules = options.modules.map((text) => {
    const [file = ''] = text.split(' ', 1)
    return { bytes: readInput(file, memoryInBytes), commandLine: text }
  })
  const disks = options.disks.map((disk) => readInput(disk, largestImageInBytes))
  const loaded = bootImage(vm, image, { format, loadAddress, commandLine: options.append, modules, disks })
  if ('message' in loaded) throw new InputError(`${path}: ${loaded.message}`)
  for (const blob of options.blobs) {
    const bytes = readInput(blob.path, memoryInBytes)
    const room = memoryInBytes - blob.address
    if (bytes.length > room) throw new UsageError(`--blob ${blob.path}: ${bytes.length} bytes do not fit at 0x${blob.address.toString(16)}`)
    vm.load(bytes, blob.address)
  }
  if (!entry) {
    if (format === 'flat') checkResetVector(vm, image, options)
    return
  }
  if (entry.mode === 'real') enterRealMode(vm, (entry.address >> 4) & 0xf000, entry.address & 0xffff)
  else if (entry.mode === 'protected') enterProtectedMode(vm, entry.address)
  else if (vm.engine === 'software') throw new UsageError('--entry long: the software engine (v86) has no long mode; it needs --engine kvm')
  else enterLongMode(vm, entry.address)
}
