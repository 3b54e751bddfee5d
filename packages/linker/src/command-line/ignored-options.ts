// Words of GNU ld that a static link takes no notice of: they are read, and say nothing. GNU ld manual §2.1.

export const ignoredFlags: readonly string[] = `
  static Bstatic dn non_shared Bdynamic dy call_shared nostdlib no-dynamic-linker as-needed no-as-needed
  warn-once warn-section-align warn-multiple-gp warn-constructors traditional-format no-warn-mismatch
  no-warn-search-mismatch stats t trace no-keep-memory reduce-memory-overheads accept-unknown-input-arch
  no-accept-unknown-input-arch demangle no-demangle no-define-common disable-new-dtags enable-new-dtags Bsymbolic
  Bsymbolic-functions Bno-symbolic Bgroup Qy EL g no-ld-generated-unwind-info ld-generated-unwind-info warn-rwx-segments
  no-warn-rwx-segments warn-execstack no-warn-execstack enable-non-contiguous-regions-warnings print-output-format embedded-relocs
  no-strip-discarded strip-discarded no-undefined-version default-symver no-print-map-discarded print-map-discarded unique
  error-handling-script no-ctf-variables ctf-variables no-map-whole-files warn-textrel warn-alternate-em no-warn-alternate-em
  add-needed no-add-needed copy-dt-needed-entries no-copy-dt-needed-entries no-undefined allow-shlib-undefined
  no-allow-shlib-undefined
`
  .trim()
  .split(/\s+/)

/** With a value, joined or the next word. */
export const ignoredWithValue: readonly string[] = `
  dynamic-linker I rpath rpath-link soname h plugin plugin-opt sysroot version-script dynamic-list init fini hash-size a A
  architecture G Y y trace-symbol compress-debug-sections retain-symbols-file exclude-libs version-exports-section F f P
  dependency-file package-metadata spare-dynamic-tags task-link ctf-share-types undefined-version split-by-reloc c mri-script assert
  out-implib remap-inputs
`
  .trim()
  .split(/\s+/)
