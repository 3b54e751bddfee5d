// Relocations of the global offset table and of thread-local storage: x86-64 psABI, table "Relocation Types"; i386 psABI; Drepper,
// "ELF Handling For Thread-Local Storage". One number means different things to the two machines.

export const R_386_GOT32 = 3
export const R_386_GOTOFF = 9
export const R_386_GOTPC = 10
export const R_386_TLS_TPOFF = 14
export const R_386_TLS_IE = 15
export const R_386_TLS_GOTIE = 16
export const R_386_TLS_LE = 17
export const R_386_TLS_GD = 18
export const R_386_TLS_LDM = 19
export const R_386_TLS_LDO_32 = 32
export const R_386_TLS_IE_32 = 33
export const R_386_TLS_LE_32 = 34
export const R_386_TLS_TPOFF32 = 37
export const R_386_GOT32X = 43
export const R_X86_64_GOT32 = 3
export const R_X86_64_GOTPCREL = 9
export const R_X86_64_DTPOFF64 = 17
export const R_X86_64_TPOFF64 = 18
export const R_X86_64_TLSGD = 19
export const R_X86_64_TLSLD = 20
export const R_X86_64_DTPOFF32 = 21
export const R_X86_64_GOTTPOFF = 22
export const R_X86_64_TPOFF32 = 23
export const R_X86_64_GOTOFF64 = 25
export const R_X86_64_GOTPC32 = 26
export const R_X86_64_GOT64 = 27
export const R_X86_64_GOTPCREL64 = 28
export const R_X86_64_GOTPC64 = 29
export const R_X86_64_GOTPLT64 = 30
export const R_X86_64_PLTOFF64 = 31
export const R_X86_64_GOTPC32_TLSDESC = 34
export const R_X86_64_TLSDESC_CALL = 35
export const R_X86_64_GOTPCRELX = 41
export const R_X86_64_REX_GOTPCRELX = 42
