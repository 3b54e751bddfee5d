// Numbers of the ELF format, by the names that the specifications give them.
// ELF gABI ch. 4 and 5; System V ABI i386 supplement table "Relocation Types"; x86-64 psABI table 4.9.

export const ET_REL = 1
export const ET_EXEC = 2
export const ET_DYN = 3
export const EM_386 = 3
export const EM_IAMCU = 6
export const EM_X86_64 = 62

export const ELFOSABI_GNU = 3

export const SHN_UNDEF = 0
/** In a file: indexes from here on name no section, or stand for a larger one in SHT_SYMTAB_SHNDX. */
export const SHN_LORESERVE = 0xff00
export const SHN_XINDEX = 0xffff
/**
 * In the model reserved indexes stand above all that a section can have (gABI's SHN_ABS is 0xfff1): an object of 100,000 sections
 * has one of that number.
 */
export const reservedIndexes = 0xffff_0000
export const SHN_X86_64_LCOMMON = reservedIndexes + 0xff02
export const SHN_ABS = reservedIndexes + 0xfff1
export const SHN_COMMON = reservedIndexes + 0xfff2

export const SHT_NULL = 0
export const SHT_PROGBITS = 1
export const SHT_SYMTAB = 2
export const SHT_STRTAB = 3
export const SHT_RELA = 4
export const SHT_NOTE = 7
export const SHT_NOBITS = 8
export const SHT_REL = 9
export const SHT_INIT_ARRAY = 14
export const SHT_FINI_ARRAY = 15
export const SHT_PREINIT_ARRAY = 16
export const SHT_GROUP = 17
export const SHT_SYMTAB_SHNDX = 18
export const SHT_X86_64_UNWIND = 0x70000001

export const SHF_WRITE = 0x1
export const SHF_ALLOC = 0x2
export const SHF_EXECINSTR = 0x4
export const SHF_MERGE = 0x10
export const SHF_STRINGS = 0x20
export const SHF_INFO_LINK = 0x40
export const SHF_LINK_ORDER = 0x80
export const SHF_GROUP = 0x200
export const SHF_TLS = 0x400
export const SHF_COMPRESSED = 0x800
export const SHF_GNU_RETAIN = 0x200000
export const SHF_GNU_MBIND = 0x0100_0000
export const SHF_X86_64_LARGE = 0x10000000
export const SHF_EXCLUDE = 0x80000000
export const GRP_COMDAT = 1

export const STB_LOCAL = 0
export const STB_GLOBAL = 1
export const STB_WEAK = 2
export const STB_GNU_UNIQUE = 10
export const STT_NOTYPE = 0
export const STT_OBJECT = 1
export const STT_FUNC = 2
export const STT_SECTION = 3
export const STT_FILE = 4
export const STT_COMMON = 5
export const STT_TLS = 6
export const STT_GNU_IFUNC = 10
export const STV_DEFAULT = 0
export const STV_INTERNAL = 1
export const STV_HIDDEN = 2
export const STV_PROTECTED = 3

export const PT_LOAD = 1
export const PT_NOTE = 4
export const PT_PHDR = 6
export const PT_TLS = 7
export const PT_GNU_STACK = 0x6474e551
export const PF_X = 1
export const PF_W = 2
export const PF_R = 4

/** i386 relocation types by number. */
export const i386RelocationNames: Readonly<Record<number, string>> = {
  0: 'R_386_NONE',
  1: 'R_386_32',
  2: 'R_386_PC32',
  3: 'R_386_GOT32',
  4: 'R_386_PLT32',
  5: 'R_386_COPY',
  6: 'R_386_GLOB_DAT',
  7: 'R_386_JMP_SLOT',
  8: 'R_386_RELATIVE',
  9: 'R_386_GOTOFF',
  10: 'R_386_GOTPC',
  14: 'R_386_TLS_TPOFF',
  15: 'R_386_TLS_IE',
  16: 'R_386_TLS_GOTIE',
  17: 'R_386_TLS_LE',
  18: 'R_386_TLS_GD',
  19: 'R_386_TLS_LDM',
  20: 'R_386_16',
  21: 'R_386_PC16',
  22: 'R_386_8',
  23: 'R_386_PC8',
  32: 'R_386_TLS_LDO_32',
  33: 'R_386_TLS_IE_32',
  34: 'R_386_TLS_LE_32',
  35: 'R_386_TLS_DTPMOD32',
  36: 'R_386_TLS_DTPOFF32',
  37: 'R_386_TLS_TPOFF32',
  38: 'R_386_SIZE32',
  39: 'R_386_TLS_GOTDESC',
  40: 'R_386_TLS_DESC_CALL',
  41: 'R_386_TLS_DESC',
  42: 'R_386_IRELATIVE',
  43: 'R_386_GOT32X',
  250: 'R_386_GNU_VTINHERIT',
  251: 'R_386_GNU_VTENTRY',
}

/** x86-64 relocation types by number. */
export const x8664RelocationNames: Readonly<Record<number, string>> = {
  0: 'R_X86_64_NONE',
  1: 'R_X86_64_64',
  2: 'R_X86_64_PC32',
  3: 'R_X86_64_GOT32',
  4: 'R_X86_64_PLT32',
  5: 'R_X86_64_COPY',
  6: 'R_X86_64_GLOB_DAT',
  7: 'R_X86_64_JUMP_SLOT',
  8: 'R_X86_64_RELATIVE',
  9: 'R_X86_64_GOTPCREL',
  10: 'R_X86_64_32',
  11: 'R_X86_64_32S',
  12: 'R_X86_64_16',
  13: 'R_X86_64_PC16',
  14: 'R_X86_64_8',
  15: 'R_X86_64_PC8',
  16: 'R_X86_64_DTPMOD64',
  17: 'R_X86_64_DTPOFF64',
  18: 'R_X86_64_TPOFF64',
  19: 'R_X86_64_TLSGD',
  20: 'R_X86_64_TLSLD',
  21: 'R_X86_64_DTPOFF32',
  22: 'R_X86_64_GOTTPOFF',
  23: 'R_X86_64_TPOFF32',
  24: 'R_X86_64_PC64',
  25: 'R_X86_64_GOTOFF64',
  26: 'R_X86_64_GOTPC32',
  27: 'R_X86_64_GOT64',
  28: 'R_X86_64_GOTPCREL64',
  29: 'R_X86_64_GOTPC64',
  30: 'R_X86_64_GOTPLT64',
  31: 'R_X86_64_PLTOFF64',
  32: 'R_X86_64_SIZE32',
  33: 'R_X86_64_SIZE64',
  34: 'R_X86_64_GOTPC32_TLSDESC',
  35: 'R_X86_64_TLSDESC_CALL',
  36: 'R_X86_64_TLSDESC',
  37: 'R_X86_64_IRELATIVE',
  38: 'R_X86_64_RELATIVE64',
  41: 'R_X86_64_GOTPCRELX',
  42: 'R_X86_64_REX_GOTPCRELX',
  250: 'R_X86_64_GNU_VTINHERIT',
  251: 'R_X86_64_GNU_VTENTRY',
}
