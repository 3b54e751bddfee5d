// Uses of the GOT and of thread-local storage in a static link, made direct where the instruction allows.
// Enters: a relocation site. Leaves: the changed instruction and its field. x86-64 psABI §B.2 "Optimize GOTPCRELX
// Relocations"; U. Drepper, "ELF Handling For Thread-Local Storage", §5 "Linker Optimizations".

import { SHF_ALLOC, STT_GNU_IFUNC } from '@kernelbox/elf'
import type { InputSection, LinkSymbol } from '../model.ts'
import { type RelocationSite, type SpecialRelocations, store } from './relocate.ts'
import {
  R_386_GOT32,
  R_386_GOTOFF,
  R_386_GOTPC,
  R_386_TLS_TPOFF,
  R_386_TLS_IE,
  R_386_TLS_GOTIE,
  R_386_TLS_LE,
  R_386_TLS_GD,
  R_386_TLS_LDM,
  R_386_TLS_LDO_32,
  R_386_TLS_IE_32,
  R_386_TLS_LE_32,
  R_386_TLS_TPOFF32,
  R_386_GOT32X,
  R_X86_64_GOT32,
  R_X86_64_GOTPCREL,
  R_X86_64_DTPOFF64,
  R_X86_64_TPOFF64,
  R_X86_64_TLSGD,
  R_X86_64_TLSLD,
  R_X86_64_DTPOFF32,
  R_X86_64_GOTTPOFF,
  R_X86_64_TPOFF32,
  R_X86_64_GOTOFF64,
  R_X86_64_GOTPC32,
  R_X86_64_GOT64,
  R_X86_64_GOTPCREL64,
  R_X86_64_GOTPC64,
  R_X86_64_GOTPLT64,
  R_X86_64_PLTOFF64,
  R_X86_64_GOTPC32_TLSDESC,
  R_X86_64_TLSDESC_CALL,
  R_X86_64_GOTPCRELX,
  R_X86_64_REX_GOTPCRELX,
} from './relocation-types.ts'
import type { SyntheticSections } from '../linker-sections/synthetic.ts'

export type GotUse = 'none' | 'slot' | 'base'

/** What of the link decides whether a use of the GOT becomes direct. */
export interface GotRules {
  readonly isI386: boolean
  readonly isPic: boolean
  /** --no-relax: on x86-64 uses of the GOT stay; i386 and thread-local storage take no notice (tried on GNU ld 2.40). */
  readonly keepsGotUses: boolean
  /** Names that the script gives a value. */
  readonly isAssigned: (name: string) => boolean
}

const noContents = new Uint8Array(0)

/** What a relocation wants of the GOT, relaxation considered. */
export function gotUse(rules: GotRules, type: number, section: InputSection, offset: number, symbol: LinkSymbol): GotUse {
  const { isI386, isPic } = rules
  const isGotPcRel = !isI386 && type === R_X86_64_GOTPCREL
  const isGotPcRelX = !isI386 && (type === R_X86_64_GOTPCRELX || type === R_X86_64_REX_GOTPCRELX)
  // Where the program's place is not known only distances are: no immediates, and nothing about what is absolute.
  const relaxable = isI386 ? type === R_386_GOT32X : isGotPcRel || isGotPcRelX
  const contents = relaxable ? section.contents : noContents
  const opcode = contents[offset - 2]
  // Zero is an immediate wherever the program is, and with --no-relax too; a branch to it or a distance are not.
  if (isGotPcRelX && isZero(symbol) && opcode !== 0xff && canRelaxX8664(contents, offset)) return 'none'
  if (rules.keepsGotUses && (isGotPcRel || isGotPcRelX) && !(isZero(symbol) && opcode === 0x8b)) return 'slot'
  const isDistance = (symbol.state === 'defined' && (symbol.section !== undefined || symbol.isScripted)) || rules.isAssigned(symbol.name)
  // What is absolute stays where it is: an immediate.
  if (isPic && relaxable && !isGotPcRel && opcode === 0x8b && isAbsolute(symbol)) return 'none'
  if (isPic && relaxable && !(isDistance && (opcode === 0x8b || opcode === 0xff))) return 'slot'
  if (isI386) {
    if (type === R_386_GOT32) return 'slot'
    if (type === R_386_GOT32X) return canRelaxI386(contents, offset) && symbol.type !== STT_GNU_IFUNC ? 'none' : 'slot'
    return type === R_386_GOTOFF || type === R_386_GOTPC ? 'base' : 'none'
  }
  // Of a symbol that the script gives a value the place is known in the end.
  const isPlaced = isKnown(symbol) || rules.isAssigned(symbol.name)
  if (isGotPcRel) return symbol.type !== STT_GNU_IFUNC && isPlaced && opcode === 0x8b ? 'none' : 'slot'
  if (isGotPcRelX) return symbol.type !== STT_GNU_IFUNC && isPlaced && canRelaxX8664(contents, offset) ? 'none' : 'slot'
  if (type === R_X86_64_GOT32 || type === R_X86_64_GOT64 || type === R_X86_64_GOTPCREL64 || type === R_X86_64_GOTPLT64) return 'slot'
  return type === R_X86_64_GOTOFF64 || type === R_X86_64_GOTPC32 || type === R_X86_64_GOTPC64 || type === R_X86_64_PLTOFF64
    ? 'base'
    : 'none'
}

function isAbsolute({ state, section, isScripted, type }: LinkSymbol): boolean {
  return state === 'defined' && section === undefined && !isScripted && type !== STT_GNU_IFUNC
}

function isZero(symbol: LinkSymbol): boolean {
  return symbol.state === 'undefined-weak'
}

/** In a static program an undefined weak symbol is known too: it is zero. */
function isKnown(symbol: LinkSymbol): boolean {
  return symbol.state === 'defined' || isZero(symbol)
}

/** add, or, adc, sbb, and, sub, xor, cmp of a register with memory: the same with an immediate is 0x81. */
function isArithmetic(opcode: number): boolean {
  return (opcode & 0xc7) === 0x03
}

function canRelaxX8664(contents: Uint8Array, offset: number): boolean {
  const opcode = contents[offset - 2] ?? 0
  const modrm = contents[offset - 1]
  return opcode === 0x8b || opcode === 0x85 || isArithmetic(opcode) || (opcode === 0xff && (modrm === 0x15 || modrm === 0x25))
}

function canRelaxI386(contents: Uint8Array, offset: number): boolean {
  const opcode = contents[offset - 2] ?? 0
  const modrm = contents[offset - 1] ?? 0
  if (opcode === 0x8b || opcode === 0x85 || isArithmetic(opcode)) return true
  return opcode === 0xff && ((modrm & 0x38) === 0x10 || (modrm & 0x38) === 0x20)
}

/**
 * An instruction whose operand in memory was a slot of the GOT takes its value as an immediate: mov 0xc7 /0, test 0xf7 /0,
 * the others 0x81 /n. The register moves from the reg field of ModRM to r/m, and REX.R with it to REX.B.
 */
function toImmediate(bytes: Uint8Array, offset: number, hasRex: boolean): void {
  const opcode = bytes[offset - 2] as number
  const register = ((bytes[offset - 1] as number) >> 3) & 7
  bytes[offset - 2] = opcode === 0x8b ? 0xc7 : opcode === 0x85 ? 0xf7 : 0x81
  bytes[offset - 1] = 0xc0 | register | (isArithmetic(opcode) ? opcode & 0x38 : 0)
  if (hasRex) {
    const rex = bytes[offset - 3] as number
    bytes[offset - 3] = (rex & ~4) | ((rex >> 2) & 1)
  }
}

export interface TlsLayout {
  /** Address of the TLS block. */
  readonly start: number
  /** Address just past it, aligned: the thread pointer is there (variant II). */
  readonly end: number
}

export class StaticRelocations implements SpecialRelocations {
  readonly #synthetic: SyntheticSections
  readonly #tls: TlsLayout

  constructor(synthetic: SyntheticSections, tls: TlsLayout) {
    this.#synthetic = synthetic
    this.#tls = tls
  }

  apply(site: RelocationSite): boolean {
    return this.#synthetic.isI386 ? this.#i386(site) : this.#x8664(site)
  }

  #address(site: RelocationSite): number {
    const { symbol, relocator, section, offset } = site
    if (symbol.pltOffset >= 0) return this.#synthetic.pltOf(symbol)
    return relocator.addressOf(symbol, section, offset, site.addend)
  }

  #slot(site: RelocationSite): number {
    // What is missing is reported, though its slot exists.
    if (site.symbol.state === 'undefined') this.#address(site)
    return this.#synthetic.slotOf(site.symbol)
  }

  /** Offset from the thread pointer: negative. */
  #threadOffset(site: RelocationSite): number {
    const { symbol, relocator, section, offset } = site
    return relocator.addressOf(symbol, section, offset) - this.#tls.end
  }

  #put32(site: RelocationSite, offset: number, value: number, name: string, check: 'signed' | 'unsigned' = 'signed'): void {
    const { relocator, section, symbol, view } = site
    const isOut = check === 'signed' ? value < -0x8000_0000 || value > 0x7fff_ffff : value < 0 || value > 0xffff_ffff
    if (isOut && !relocator.isI386) relocator.reportOverflow(section, { name, width: 4, check }, symbol, value, offset)
    store(view, offset, 4, value)
  }

  #x8664(site: RelocationSite): boolean {
    const { type, offset, addend, place, bytes, view } = site
    const { base } = this.#synthetic
    const name = site.relocator.nameOf(type)
    switch (type) {
      case R_X86_64_GOTPCREL:
      case R_X86_64_GOTPCRELX:
      case R_X86_64_REX_GOTPCRELX:
        this.#gotPcRel(site, name)
        return true
      case R_X86_64_GOT32:
        this.#put32(site, offset, this.#slot(site) - base + addend, name)
        return true
      case R_X86_64_GOT64:
      case R_X86_64_GOTPLT64:
        store(view, offset, 8, this.#slot(site) - base + addend)
        return true
      case R_X86_64_GOTPCREL64:
        store(view, offset, 8, this.#slot(site) + addend - place)
        return true
      case R_X86_64_GOTOFF64:
      case R_X86_64_PLTOFF64:
        store(view, offset, 8, this.#address(site) + addend - base)
        return true
      case R_X86_64_GOTPC32:
        this.#put32(site, offset, base + addend - place, name)
        return true
      case R_X86_64_GOTPC64:
        store(view, offset, 8, base + addend - place)
        return true
      case R_X86_64_TPOFF32:
        this.#put32(site, offset, this.#threadOffset(site) + addend, name)
        return true
      case R_X86_64_TPOFF64:
        store(view, offset, 8, this.#threadOffset(site) + addend)
        return true
      case R_X86_64_DTPOFF32: // in code after a relaxed TLSLD from the thread pointer, in debug information from the block
      case R_X86_64_DTPOFF64: {
        const value = this.#threadOffset(site) + addend
        const isCode = (site.section.flags & SHF_ALLOC) !== 0
        const full = isCode ? value : value + this.#tls.end - this.#tls.start
        store(view, offset, type === R_X86_64_DTPOFF64 ? 8 : 4, full)
        return true
      }
      case R_X86_64_GOTTPOFF:
        return this.#gotTpoff(site)
      case R_X86_64_TLSGD: {
        // lea x@tlsgd(%rip),%rdi; call __tls_get_addr -> mov %fs:0,%rax; lea x@tpoff(%rax),%rax
        if (offset < 4 || offset + 12 > bytes.length) return false
        bytes.set([0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0, 0x48, 0x8d, 0x80], offset - 4)
        this.#put32(site, offset + 8, this.#threadOffset(site), name)
        site.row++
        return true
      }
      case R_X86_64_TLSLD: {
        // lea x@tlsld(%rip),%rdi; call __tls_get_addr -> mov %fs:0,%rax
        if (offset < 3 || offset + 9 > bytes.length) return false
        const isIndirect = bytes[offset + 4] === 0xff
        const moved = isIndirect
          ? [0x66, 0x66, 0x66, 0x66, 0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0]
          : [0x66, 0x66, 0x66, 0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0]
        if (offset - 3 + moved.length > bytes.length) return false
        bytes.set(moved, offset - 3)
        site.row++
        return true
      }
      case R_X86_64_GOTPC32_TLSDESC: // lea x@tlsdesc(%rip),%rax -> mov $x@tpoff,%rax
        if (offset < 3) return false
        bytes[offset - 3] = 0x48 | (((bytes[offset - 3] as number) >> 2) & 1)
        bytes[offset - 2] = 0xc7
        bytes[offset - 1] = 0xc0 | (((bytes[offset - 1] as number) >> 3) & 7)
        this.#put32(site, offset, this.#threadOffset(site), name)
        return true
      case R_X86_64_TLSDESC_CALL:
        if (offset + 2 > bytes.length) return false
        bytes.set([0x66, 0x90], offset)
        return true
      default:
        return false
    }
  }

  #gotPcRel(site: RelocationSite, name: string): void {
    const { offset, addend, place, bytes, symbol } = site
    const isDirect = gotUse(this.#synthetic, site.type, site.section, offset, symbol) === 'none'
    if (!isDirect) {
      this.#put32(site, offset, this.#slot(site) + addend - place, name)
      return
    }
    // The addend of -4 is the distance to the next instruction; an immediate has none.
    const value = this.#address(site) + addend + 4
    const distance = value - 4 - place
    const opcode = bytes[offset - 2]
    const isBranch = opcode === 0xff
    const isImmediate = !this.#synthetic.isPic || isZero(symbol) || isAbsolute(symbol)
    if (
      !isBranch &&
      isImmediate &&
      site.type !== R_X86_64_GOTPCREL &&
      !(opcode === 0x8b && (value < -0x8000_0000 || value > 0x7fff_ffff))
    ) {
      toImmediate(bytes, offset, site.type === R_X86_64_REX_GOTPCRELX)
      this.#put32(site, offset, value, name)
      return
    }
    if (opcode === 0x8b) bytes[offset - 2] = 0x8d
    else if (bytes[offset - 1] === 0x15) {
      // call *x@GOTPCREL(%rip) -> addr32 call x
      bytes[offset - 2] = 0x67
      bytes[offset - 1] = 0xe8
    } else {
      // jmp *x@GOTPCREL(%rip) -> jmp x; nop
      bytes[offset - 2] = 0xe9
      this.#put32(site, offset - 1, distance + 1, name)
      bytes[offset + 3] = 0x90
      return
    }
    this.#put32(site, offset, distance, name)
  }

  #gotTpoff(site: RelocationSite): boolean {
    const { offset, bytes } = site
    if (offset < 3) return false
    const opcode = bytes[offset - 2]
    const register = ((bytes[offset - 1] as number) >> 3) & 7
    const rex = bytes[offset - 3] as number
    if (opcode === 0x8b) {
      // mov x@gottpoff(%rip),%reg -> mov $x@tpoff,%reg
      if (rex === 0x4c) bytes[offset - 3] = 0x49
      else if (rex === 0x44) bytes[offset - 3] = 0x41
      bytes[offset - 2] = 0xc7
      bytes[offset - 1] = 0xc0 | register
    } else if (opcode === 0x03 && register === 4) {
      // add x@gottpoff(%rip),%rsp -> add $x@tpoff,%rsp
      if (rex === 0x4c) bytes[offset - 3] = 0x49
      bytes[offset - 2] = 0x81
      bytes[offset - 1] = 0xc0 | register
    } else if (opcode === 0x03) {
      // add x@gottpoff(%rip),%reg -> lea x@tpoff(%reg),%reg
      if (rex === 0x4c) bytes[offset - 3] = 0x4d
      bytes[offset - 2] = 0x8d
      bytes[offset - 1] = 0x80 | register | (register << 3)
    } else return false
    this.#put32(site, offset, this.#threadOffset(site), 'R_X86_64_GOTTPOFF')
    return true
  }

  #i386(site: RelocationSite): boolean {
    const { type, offset, addend, place, bytes, symbol, view } = site
    const { base } = this.#synthetic
    const put = (at: number, value: number) => store(view, at, 4, value)
    switch (type) {
      case R_386_GOT32:
        put(offset, this.#slot(site) - base + addend)
        return true
      case R_386_GOT32X: {
        const isBaseless = ((bytes[offset - 1] as number) & 0xc7) === 0x05
        if (gotUse(this.#synthetic, type, site.section, offset, symbol) === 'none') return this.#relaxGot32X(site)
        put(offset, this.#slot(site) + addend - (isBaseless ? 0 : base))
        return true
      }
      case R_386_GOTOFF:
        put(offset, this.#address(site) + addend - base)
        return true
      case R_386_GOTPC:
        put(offset, base + addend - place)
        return true
      case R_386_TLS_LE:
      case R_386_TLS_TPOFF:
        put(offset, this.#threadOffset(site) + addend)
        return true
      case R_386_TLS_LE_32:
      case R_386_TLS_TPOFF32:
        put(offset, -this.#threadOffset(site) - addend)
        return true
      case R_386_TLS_LDO_32:
        put(
          offset,
          (site.section.flags & SHF_ALLOC) !== 0
            ? this.#threadOffset(site) + addend
            : this.#threadOffset(site) + addend + this.#tls.end - this.#tls.start,
        )
        return true
      case R_386_TLS_IE: {
        // mov x@indntpoff,%reg / add: the field becomes an immediate
        if (bytes[offset - 1] === 0xa1) bytes[offset - 1] = 0xb8
        else this.#immediate(bytes, offset)
        put(offset, this.#threadOffset(site))
        return true
      }
      case R_386_TLS_GOTIE:
        this.#immediate(bytes, offset)
        put(offset, this.#threadOffset(site))
        return true
      case R_386_TLS_IE_32:
        this.#immediate(bytes, offset)
        put(offset, -this.#threadOffset(site))
        return true
      case R_386_TLS_GD: {
        // lea x@tlsgd(,%ebx,1),%eax; call -> mov %gs:0,%eax; sub $-x@tpoff,%eax
        const isSib = bytes[offset - 2] === 0x04
        const start = isSib ? offset - 3 : offset - 2
        if (start < 0 || start + 12 > bytes.length) return false
        bytes.set([0x65, 0xa1, 0, 0, 0, 0, 0x81, 0xe8], start)
        put(start + 8, -this.#threadOffset(site))
        site.row++
        return true
      }
      case R_386_TLS_LDM: {
        // lea x@tlsldm(%ebx),%eax; call -> mov %gs:0,%eax; nop; lea 0(%esi,1),%esi
        if (offset < 2 || offset + 9 > bytes.length) return false
        bytes.set([0x65, 0xa1, 0, 0, 0, 0, 0x90, 0x8d, 0x74, 0x26, 0x00], offset - 2)
        site.row++
        return true
      }
      default:
        return false
    }
  }

  /** mov or add with a memory operand becomes the same with an immediate. */
  #immediate(bytes: Uint8Array, offset: number): void {
    const opcode = bytes[offset - 2]
    const register = ((bytes[offset - 1] as number) >> 3) & 7
    bytes[offset - 2] = opcode === 0x8b ? 0xc7 : 0x81
    bytes[offset - 1] = (opcode === 0x2b ? 0xe8 : 0xc0) | register
  }

  /** A static program is where it is linked: neither the table nor its base register are needed. */
  #relaxGot32X(site: RelocationSite): boolean {
    const { offset, addend, place, bytes, view } = site
    const address = this.#address(site)
    if (bytes[offset - 2] === 0x8b && this.#synthetic.isPic && !isAbsolute(site.symbol)) {
      // mov x@GOT(%base),%reg -> lea x@GOTOFF(%base),%reg
      bytes[offset - 2] = 0x8d
      store(view, offset, 4, address + addend - this.#synthetic.base)
      return true
    }
    if (bytes[offset - 2] !== 0xff) {
      toImmediate(bytes, offset, false)
      store(view, offset, 4, address + addend)
      return true
    }
    if ((((bytes[offset - 1] as number) >> 3) & 7) === 2) {
      // call *x@GOT(%base) -> addr32 call x
      bytes[offset - 2] = 0x67
      bytes[offset - 1] = 0xe8
      store(view, offset, 4, address + addend - place - 4)
    } else {
      // jmp *x@GOT(%base) -> jmp x; nop
      bytes[offset - 2] = 0xe9
      store(view, offset - 1, 4, address + addend - place - 3)
      bytes[offset + 3] = 0x90
    }
    return true
  }
}
