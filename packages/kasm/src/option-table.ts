// gcc's words that kasm takes (gcc manual ch. 3). Data only: how each is spelled, where its argument stands, what help says.

export type ArgumentForm =
  | 'none'
  /** `-o file` or `-ofile` */
  | 'either'
  /** `-include file` */
  | 'separate'
  /** `-march=x`, `-Wl,x` */
  | 'joined'

export interface OptionRow {
  readonly word: string
  readonly form: ArgumentForm
  readonly argument?: string
  readonly help?: string
  readonly group?: 'What to make' | 'Preprocessor' | 'Assembler' | 'Linker' | 'Messages' | 'Make'
}

const row = (word: string, form: ArgumentForm, argument?: string, help?: string, group?: OptionRow['group']): OptionRow => ({
  word,
  form,
  ...(argument !== undefined && { argument }),
  ...(help !== undefined && { help }),
  ...(group !== undefined && { group }),
})

export const optionTable: readonly OptionRow[] = [
  row('-o', 'either', 'file', 'write to file (default a.out, with -c the source name ending in .o); - is standard output', 'What to make'),
  row('-c', 'none', undefined, 'assemble, do not link: one ELF object a source', 'What to make'),
  row('-E', 'none', undefined, 'preprocess only, to standard output', 'What to make'),
  row('-S', 'none', undefined, 'as -E: an assembler source is not compiled', 'What to make'),
  row(
    '-x',
    'either',
    'language',
    'assembler-with-cpp, assembler, or none (by suffix: .S and .sx are preprocessed, .s is not)',
    'What to make',
  ),
  row('-m16', 'none', undefined, '32-bit object, with the macros of gcc -m16; .code16 in the source chooses the mode', 'What to make'),
  row('-m32', 'none', undefined, '32-bit object', 'What to make'),
  row('-m64', 'none', undefined, '64-bit object (default); .code16 and .code32 choose the mode of instructions', 'What to make'),
  row('-mx32', 'none', undefined, 'x32 object', 'What to make'),
  row('-save-temps', 'none', undefined, 'keep the preprocessed text (.s) and the object (.o)', 'What to make'),
  row('--save-temps', 'none'),
  row('-D', 'either', 'name[=value]', 'define a macro', 'Preprocessor'),
  row('-U', 'either', 'name', 'undefine a macro', 'Preprocessor'),
  row('-A', 'either', 'question=answer', 'make an assertion', 'Preprocessor'),
  row('-I', 'either', 'folder', 'look for headers and .include files here', 'Preprocessor'),
  row('-iquote', 'either', 'folder', 'look for "…" headers here', 'Preprocessor'),
  row('-isystem', 'either', 'folder', 'look for system headers here, after -I', 'Preprocessor'),
  row('-idirafter', 'either', 'folder', 'look for headers here last', 'Preprocessor'),
  row('-include', 'separate', 'file', 'read file before the source', 'Preprocessor'),
  row('-imacros', 'separate', 'file', 'read only the macros of file before the source', 'Preprocessor'),
  row('-isysroot', 'either', 'folder', 'stands before the standard folders; --sysroot=folder is the same here', 'Preprocessor'),
  row('--sysroot', 'separate', 'folder'),
  row('--sysroot=', 'joined', 'folder'),
  row('-iprefix', 'either', 'text', 'stands before the folders of -iwithprefix and -iwithprefixbefore', 'Preprocessor'),
  row('-iwithprefix', 'either', 'folder'),
  row('-iwithprefixbefore', 'either', 'folder'),
  row('-traditional-cpp', 'none'),
  row('-traditional', 'none'),
  row('-nostdinc', 'none', undefined, "no standard folders (this machine's /usr/include and kin)", 'Preprocessor'),
  row('-undef', 'none', undefined, 'no predefined macros', 'Preprocessor'),
  row('-P', 'none', undefined, 'no line markers', 'Preprocessor'),
  row('-C', 'none', undefined, 'keep comments', 'Preprocessor'),
  row('-CC', 'none', undefined, 'keep comments, those in macros too', 'Preprocessor'),
  row('-dM', 'none', undefined, 'print the macros in place of the text; -dD, -dN, -dI, -dU as gcc', 'Preprocessor'),
  row('-dD', 'none'),
  row('-dN', 'none'),
  row('-dI', 'none'),
  row('-dU', 'none'),
  row('-H', 'none', undefined, 'list the headers on standard error', 'Preprocessor'),
  row('-trigraphs', 'none', undefined, 'replace trigraphs', 'Preprocessor'),
  row('-Wp,', 'joined', 'words', 'words for the preprocessor', 'Preprocessor'),
  row('-Xpreprocessor', 'separate', 'word'),
  row('-M', 'none', undefined, 'print the rule for make; -MM without system headers', 'Make'),
  row('-MM', 'none'),
  row('-MD', 'none', undefined, 'write the rule to a .d file beside the output; -MMD without system headers', 'Make'),
  row('-MMD', 'none'),
  row('-MF', 'either', 'file', 'write the rule to file', 'Make'),
  row('-MT', 'either', 'target', 'name of the target; -MQ quotes it for make', 'Make'),
  row('-MQ', 'either', 'target'),
  row('-MP', 'none', undefined, 'an empty rule for each header', 'Make'),
  row('-MG', 'none', undefined, 'headers that are missing are to be made', 'Make'),
  row('-Wa,', 'joined', 'words', "words for the assembler, as kas's", 'Assembler'),
  row('-Xassembler', 'separate', 'word', 'one word for the assembler', 'Assembler'),
  row('-g', 'none', undefined, 'line information (DWARF 5)', 'Assembler'),
  row('-T', 'either', 'script', 'linker script; without it the built-in flat layout (README)', 'Linker'),
  row('-Wl,', 'joined', 'words', "words for the linker, as kld's", 'Linker'),
  row('-Xlinker', 'separate', 'word', 'one word for the linker', 'Linker'),
  row('-L', 'either', 'folder', 'look for libraries and scripts here', 'Linker'),
  row('-l', 'either', 'name', 'link with libNAME.a', 'Linker'),
  row('-e', 'either', 'symbol', 'entry point', 'Linker'),
  row('-u', 'either', 'symbol', 'pretend that symbol is undefined', 'Linker'),
  row('-z', 'either', 'keyword', 'as kld', 'Linker'),
  row('-r', 'none', undefined, 'make an object of objects', 'Linker'),
  row('-s', 'none', undefined, 'no symbols in the output', 'Linker'),
  row('-nostdlib', 'none', undefined, 'accepted: kasm links nothing that is not named', 'Linker'),
  row('-v', 'none', undefined, 'print the version and each step', 'Messages'),
  row('-w', 'none', undefined, 'no warnings', 'Messages'),
  row('-Werror', 'none', undefined, 'warnings are errors', 'Messages'),
  row('--diagnostics-format', 'separate', 'form', 'text (default), json or sarif, on standard error', 'Messages'),
  row('--diagnostics-format=', 'joined', 'form'),
  row('--version', 'none', undefined, 'print the version', 'Messages'),
  row('--help', 'none', undefined, 'print this', 'Messages'),
  row('--print-tools-dir', 'none', undefined, 'print the folder with as and ld for gcc -B', 'Messages'),
  row('-dumpversion', 'none'),
  row('-dumpfullversion', 'none'),
  row('-dumpmachine', 'none'),
  row('-B', 'either', 'folder'),
  row('-specs=', 'joined', 'file'),
]

/** Options of gcc that change nothing in assembling; they are taken without a word. */
const harmlessWords = new Set([
  '-pipe',
  '-pass-exit-codes',
  '-nostartfiles',
  '-nodefaultlibs',
  '-nolibc',
  '-nostdinc++',
  '-static',
  '-static-pie',
  '-static-libgcc',
  '-no-pie',
  '-nopie',
  '-pie',
  '-pthread',
  '-rdynamic',
  '-ansi',
  '-pedantic',
  '-pedantic-errors',
  '-ffreestanding',
  '-p',
  '-pg',
  '-remap',
  '-no-canonical-prefixes',
])

/** -f…, -O…, -W… and -m… of gcc that speak of the compiler; `-std=`. Letters, digits, `-`, `=`, `,`, `.`, `+`, `/`, `_`. */
const harmlessPattern =
  /^-(?:f(?!use-ld=)[a-zA-Z][\w.,=:/+*-]*|O(?:[0-9sgz]|fast)?|W(?!l,|a,|p,)[a-zA-Z][\w+=,-]*|std=[\w+:]+|g(?:[0-3]|gdb[0-3]?|dwarf(?:-[2-5])?|stabs\+?|z(?:=\w+)?|no-[\w-]+|split-dwarf|as-loc\w*)|m(?:arch|tune|cpu|cmodel|abi|asm|fpmath|preferred-stack-boundary|regparm|stackrealign|tls-dialect|stack-protector[\w-]*|indirect-branch[\w-]*|function-return|harden-sls|branch-cost|memcpy-strategy|memset-strategy|instrument[\w-]*|large-data-threshold|long-double-\d+)(?:=[\w+.,-]+)?|m(?:no-)?(?:sse[\w.]*|ssse3|mmx|3dnow\w*|avx[\w]*|red-zone|80387|fp-ret-in-387|general-regs-only|soft-float|hard-float|accumulate-outgoing-args|skip-rax-setup|align-double|omit-leaf-frame-pointer|push-args|cld|vzeroupper|aes|pclmul|rdrnd|rdseed|bmi2?|lzcnt|popcnt|fma4?|f16c|sahf|cx16|movbe|crc32|fxsr|xsave\w*|adx|sha|shstk|ieee-fp|inline-all-stringops|sgx|record-mcount|fentry|nop-mcount|tbm|lwp|xop|abm|prfchw|fsgsbase|mwaitx|clflushopt|clwb|pku|rtm|hle|gfni|vaes|vpclmulqdq|ptwrite|waitpkg|serialize|kl|widekl|uintr|hreset|tsxldtrk|cldemote|movdiri|movdir64b|enqcmd|amx-\w+|needed|ms-bitfields|fancy-math-387|call-ms2sysv-xlogues|stv|recip|relax-cmpxchg-loop|direct-extern-access|dispatch-scheduler|force-drap|sseregparm|rtd|sse2avx|pconfig|wbnoinvd|prefetchwt1|clzero|rdpid)|m(?:128bit-long-double|96bit-long-double|pc32|pc64|pc80|manual-endbr|android|glibc|musl|uclibc|align-(?:data|functions|jumps|loops)=\w+|stringop-strategy=[\w-]+|prefer-vector-width=\w+|prefer-avx128|(?:move|store)-max=\w+|recip=[\w,!-]+))$/

export const isHarmless = (word: string): boolean => harmlessWords.has(word) || harmlessPattern.test(word)
