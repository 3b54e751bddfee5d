// `klaunch doctor`: what of KVM is here, what is missing, what to do. Enters: this machine. Leaves: a report, and whether KVM can be used.
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs'
import { EngineUnavailableError, createVm } from '@kernelbox/launcher'

interface Finding {
  readonly isGood: boolean
  readonly text: string
  readonly advice?: string
}

/** Status 0 where KVM runs a guest, 3 where not. */
export async function doctor(): Promise<{ text: string; hasKvm: boolean }> {
  const findings: Finding[] = [platform(), ...(process.platform === 'linux' ? [processor(), kernelModule(), device()] : [])]
  const kvm = await tryEngine('kvm')
  const software = await tryEngine('software')
  findings.push(kvm, software)
  const surroundings = environment()
  const lines = findings.map(
    ({ isGood, text, advice }) =>
      `${isGood ? 'ok     ' : 'missing'}  ${text}${advice === undefined || isGood ? '' : `\n         -> ${advice}`}`,
  )
  lines.push(...surroundings.map((text) => `note     ${text}`))
  lines.push(
    '',
    kvm.isGood
      ? 'KVM can be used: klaunch takes it.'
      : `KVM cannot be used: klaunch takes the software engine${software.isGood ? '' : ', which fails too'}.`,
  )
  return { text: `${lines.join('\n')}\n`, hasKvm: kvm.isGood }
}

function platform(): Finding {
  const name = `${process.platform} ${process.arch}, Node ${process.versions.node}`
  const isGood = process.platform === 'linux' && process.arch === 'x64'
  const advice =
    process.platform === 'win32'
      ? 'KVM needs Linux: in WSL 2 it works with nestedVirtualization=true in .wslconfig'
      : 'KVM of x86 guests needs Linux on x86-64; the software engine runs everywhere'
  return { isGood, text: `platform: ${name}`, advice }
}

function processor(): Finding {
  const flags = /^flags\s*:(.*)$/m.exec(readIfAny('/proc/cpuinfo'))?.[1]?.split(' ') ?? []
  const kind = flags.includes('vmx') ? 'VMX (Intel)' : flags.includes('svm') ? 'SVM (AMD)' : undefined
  const isGuest = flags.includes('hypervisor')
  if (kind) return { isGood: true, text: `processor: ${kind}${isGuest ? ', in a virtual machine with nested virtualisation' : ''}` }
  if (existsSync('/sys/module/kvm_pvm')) return { isGood: true, text: 'processor: no VMX or SVM, but KVM by software paging (kvm_pvm)' }
  return {
    isGood: false,
    text: `processor: neither VMX nor SVM${isGuest ? ', and this is a virtual machine' : ''}`,
    advice: isGuest
      ? 'turn on nested virtualisation for this machine on its host (kvm_intel or kvm_amd with nested=1; cloud: an instance type that has it)'
      : 'turn on Intel VT-x or AMD-V (SVM mode) in the firmware',
  }
}

function kernelModule(): Finding {
  const loaded = ['kvm_intel', 'kvm_amd', 'kvm_pvm'].filter((name) => existsSync(`/sys/module/${name}`))
  const nested = loaded.map((name) => readIfAny(`/sys/module/${name}/parameters/nested`).trim()).find((text) => text !== '')
  if (loaded.length > 0)
    return { isGood: true, text: `kernel module: ${loaded.join(', ')}${nested === undefined ? '' : `, nested ${nested}`}` }
  return {
    isGood: false,
    text: 'kernel module: none',
    advice: 'sudo modprobe kvm_intel (or kvm_amd); dmesg | grep kvm tells why it refuses',
  }
}

function device(): Finding {
  let mode: number
  try {
    mode = statSync('/dev/kvm').mode
  } catch {
    const inContainer = isContainer()
    return {
      isGood: false,
      text: '/dev/kvm: does not exist',
      advice: inContainer ? 'this is a container: start it with --device /dev/kvm' : 'load the kernel module',
    }
  }
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK)
    return { isGood: true, text: `/dev/kvm: readable and writable (mode ${(mode & 0o777).toString(8)})` }
  } catch {
    return {
      isGood: false,
      text: `/dev/kvm: permission denied (mode ${(mode & 0o777).toString(8)})`,
      advice:
        (mode & 0o060) === 0o060
          ? 'sudo usermod -aG kvm $USER, then log in again; in a CI runner: sudo chmod 666 /dev/kvm'
          : 'its group may not open it either: sudo chgrp kvm /dev/kvm; sudo chmod 660 /dev/kvm; sudo usermod -aG kvm $USER, then log in again',
    }
  }
}

/** Runs a guest of one instruction. */
async function tryEngine(engine: 'kvm' | 'software'): Promise<Finding> {
  const name = engine === 'kvm' ? 'KVM' : 'software engine (v86)'
  try {
    const vm = await createVm({ engine, memory: 1 << 20 })
    vm.load(new Uint8Array([0xf4]), 0xffff0)
    const start = Date.now()
    const { reason } = await vm.run({ timeout: 2000 })
    vm.close()
    if (reason === 'halt') return { isGood: true, text: `${name}: runs a guest (${Date.now() - start} ms)` }
    return { isGood: false, text: `${name}: a guest that halts ended with ${reason}` }
  } catch (error) {
    if (!(error instanceof EngineUnavailableError)) throw error
    return { isGood: false, text: `${name}: ${error.message}` }
  }
}

function environment(): string[] {
  const notes: string[] = []
  if (/microsoft/i.test(readIfAny('/proc/version')))
    notes.push('this is WSL: KVM needs WSL 2 and nestedVirtualization=true under [wsl2] in .wslconfig')
  if (isContainer()) notes.push('this is a container: /dev/kvm comes from the host by --device /dev/kvm')
  if (process.env.CI) notes.push('this is a CI runner: GitHub gives /dev/kvm on Linux runners; others need privileged runners')
  if (existsSync('/sys/module/kvm_pvm')) {
    notes.push(
      'kvm_pvm runs real and protected mode by emulation: no 32-bit paging, no x87 or SSE arithmetic there; auto moves such guests to the software engine',
    )
  }
  return notes
}

function isContainer(): boolean {
  return existsSync('/.dockerenv') || existsSync('/run/.containerenv')
}

function readIfAny(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
