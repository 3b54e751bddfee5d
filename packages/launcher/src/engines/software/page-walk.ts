// Linear to guest physical addresses by the guest's page tables: 32-bit paging with 4 MiB pages, and PAE. Follows Intel SDM vol. 3 §4.3 and §4.4.
import type { Translation } from '../../vcpu.ts'

export interface PageTables {
  readonly cr0: number
  readonly cr3: number
  readonly cr4: number
}

const paging = 0x80000000
const largePages = 0x10
const extendedAddresses = 0x20
const present = 1
const large = 0x80

const writeable = 2
const user = 4

/** @param read an entry's 4 bytes at a physical address, undefined outside memory */
export function walkPages(tables: PageTables, linear: number, read: (address: number) => number | undefined): Translation | undefined {
  const { cr0, cr3, cr4 } = tables
  if ((cr0 & paging) === 0) return { physicalAddress: BigInt(linear), writeable: true, user: true }
  const isExtended = (cr4 & extendedAddresses) !== 0
  let directoryAddress = cr3 & 0xfffff000
  if (isExtended) {
    const pointer = read((cr3 & 0xffffffe0) + (linear >>> 30) * 8)
    if (pointer === undefined || !(pointer & present)) return undefined
    directoryAddress = pointer & 0xfffff000
  }
  const directory = read(directoryAddress + (isExtended ? ((linear >>> 21) & 0x1ff) * 8 : (linear >>> 22) * 4))
  if (directory === undefined || !(directory & present)) return undefined
  const found = (frame: number, rights: number): Translation => ({
    physicalAddress: BigInt(frame >>> 0),
    writeable: (rights & writeable) !== 0,
    user: (rights & user) !== 0,
  })
  if (directory & large && (isExtended || cr4 & largePages)) {
    const offsetMask = isExtended ? 0x1fffff : 0x3fffff
    return found((directory & ~offsetMask) | (linear & offsetMask), directory)
  }
  const entry = read((directory & 0xfffff000) + (isExtended ? ((linear >>> 12) & 0x1ff) * 8 : ((linear >>> 12) & 0x3ff) * 4))
  if (entry === undefined || !(entry & present)) return undefined
  return found((entry & 0xfffff000) | (linear & 0xfff), entry & directory)
}
