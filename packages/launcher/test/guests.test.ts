// One suite of guests for both engines.
import { afterEach, describe, expect, it } from 'vitest'
import { type Vm, type VmExit, attachPc, bootImage, createVm } from '../src/index.ts'
import { whyNot } from './engines.ts'
import { readGuests } from './guests.ts'

const guests = readGuests()

let vm: Vm
afterEach(() => vm?.close())

for (const engine of ['kvm', 'software'] as const) {
  const reason = whyNot[engine]
  describe.skipIf(reason !== undefined)(`guests on ${engine}${reason === undefined ? '' : ` (skipped: ${reason})`}`, () => {
    for (const guest of guests) {
      const limit = guest.not[engine]
      it.skipIf(limit !== undefined)(`${guest.name}${limit === undefined ? '' : ` (skipped: ${limit})`}`, async (context) => {
        vm = await createVm({ engine, cpus: guest.cpus })
        let output = ''
        let raised = 0
        const raise = () => {
          if (!guest.interrupt || raised === guest.interrupt.times) return
          raised++
          vm.interrupt(guest.interrupt.vector)
        }
        const print = (value: number) => {
          output += String.fromCharCode(value)
        }
        vm.io.on(0xf1, { posted: true, out: (_port, value) => print(value) })
        const pc = guest.isPc ? attachPc(vm, { serial: print, debugConsole: print }) : undefined
        pc?.keyboard.type(guest.keys)
        pc?.uart.receive(new TextEncoder().encode(guest.serial))
        vm.io.on(0x300, { in: (_port, size) => (size === 1 ? 0x5a : size === 2 ? 0x1234 : 0xdeadbeef) })
        vm.io.on(0x501, { out: (_port, value) => vm.stop(value) })
        vm.io.on(0x99, {
          in: () => {
            raise()
            return 0
          },
        })
        vm.mmio.on([0x8000000, 0x80000ff], {
          read: (address, size) => (address === 0x8000010 && size === 4 ? 0xcafebabe : 0xee),
        })
        const loaded = bootImage(vm, guest.image, { format: guest.format, commandLine: guest.commandLine })
        expect(loaded).not.toHaveProperty('message')
        const timer = guest.interrupt ? setInterval(raise, 5) : undefined
        const exit = await vm.run({ timeout: guest.exit === 'timeout' ? 100 : 10_000 })
        clearInterval(timer)
        // A KVM without VMX or SVM does not emulate everything: named here, and run on the software engine by `auto`.
        if (exit.reason === 'internal-error' && exit.engineLimit && engine === 'kvm') context.skip(exit.message)
        expect(output).toBe(guest.output)
        expect(guest.screen === undefined ? undefined : pc?.screen.text).toBe(guest.screen)
        expect(nameOf(exit)).toBe(guest.exit)
      })
    }
  })
}

describe('auto', () => {
  it('moves a guest that KVM here cannot emulate to the software engine, and runs it to its end', async () => {
    const guest = guests.find(({ name }) => name === 'paging')
    vm = await createVm({ engine: 'auto' })
    let output = ''
    vm.io.on(0xf1, {
      out: (_port, value) => {
        output += String.fromCharCode(value)
      },
    })
    vm.load(guest?.image as Uint8Array)
    expect(await vm.run({ timeout: 10_000 })).toEqual({ reason: 'halt' })
    expect(output).toBe(guest?.output)
  })
})

function nameOf(exit: VmExit): string {
  if (exit.reason === 'stopped') return `stopped ${exit.code}`
  if (exit.reason === 'internal-error' || exit.reason === 'fail-entry') return 'failed'
  return exit.reason
}
