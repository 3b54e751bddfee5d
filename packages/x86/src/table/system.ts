// System instructions: descriptor tables, tasks, model-specific registers, caches, virtual machines. Notation: README.md.
// Sources: Intel SDM vol. 2, vol. 3 ch. 24 to 33; AMD APM vol. 3 ch. 4 (SVM, SNP).

/** Descriptor table registers: the operand is 6 bytes (10 in 64-bit mode); the suffix chooses how many base bytes load. */
function descriptorTables(): string[] {
  return ['sgdt', 'sidt', 'lgdt', 'lidt']
    .map((name, digit) => `${name} | m | oz 0F 01 /${digit} | suf=wl i64 plain`)
    .concat(['sgdt', 'sidt', 'lgdt', 'lidt'].map((name, digit) => `${name} | m | 0F 01 /${digit} | only64 suf=q`))
}

export function systemRows(): readonly string[] {
  return [
    ...descriptorTables(),
    'sldt | r64 | 0F 00 /0',
    'sldt | rv  | 0F 00 /0',
    'sldt | m16 | 0F 00 /0',
    'str  | r64 | 0F 00 /1',
    'str  | rv  | 0F 00 /1',
    'str  | m16 | 0F 00 /1',
    'lldt | r/m16 | 0F 00 /2',
    'ltr  | r/m16 | 0F 00 /3',
    'verr | r/m16 | 0F 00 /4',
    'verw | r/m16 | 0F 00 /5',
    'smsw | rv  | 0F 01 /4',
    'smsw | m16 | 0F 01 /4',
    'lmsw | r/m16 | 0F 01 /6',
    'invlpg | m | 0F 01 /7',
    'arpl | r/m16, r16 | 63 /r | i64',
    'lar | rv, rv  | 0F 02 /r',
    'lar | rv, r16 | 0F 02 /r',
    'lar | rv, m16 | 0F 02 /r | suf=wlq',
    'lsl | rv, rv  | 0F 03 /r',
    'lsl | rv, r16 | 0F 03 /r',
    'lsl | rv, m16 | 0F 03 /r | suf=wlq',
    'clts || 0F 06',
    'syscall  || 0F 05',
    'sysret   || ov 0F 07 | suf=lq far',
    'sysenter || 0F 34 | intel',
    'sysexit  || 0F 35 | i64',
    'sysexit  || ov 0F 35 | suf=lq far only64 intel',
    'invd   || 0F 08',
    'wbinvd || 0F 09',
    'wrmsr  || 0F 30',
    'rdtsc  || 0F 31',
    'rdmsr  || 0F 32',
    'rdpmc  || 0F 33',
    'cpuid  || 0F A2',
    'rsm    || 0F AA',
    'rdtscp || 0F 01 F9',
    'swapgs || 0F 01 F8 | only64',
    'clac    || 0F 01 CA',
    'stac    || 0F 01 CB',
    'xgetbv  || 0F 01 D0',
    'xsetbv  || 0F 01 D1',
    // VMX: structures in memory, then the instructions without operand
    'vmcall   || 0F 01 C1',
    'vmlaunch || 0F 01 C2',
    'vmresume || 0F 01 C3',
    'vmxoff   || 0F 01 C4',
    'vmfunc   || 0F 01 D4',
    'vmptrld  | m64 | 0F C7 /6 | suf=-',
    'vmptrst  | m64 | 0F C7 /7 | suf=-',
    'vmclear  | m64 | 66 0F C7 /6 | suf=-',
    'vmxon    | m64 | F3 0F C7 /6 | suf=-',
    'vmread   | r/m32, r32 | 0F 78 /r | i64',
    'vmread   | r/m64, r64 | 0F 78 /r | only64',
    'vmwrite  | r32, r/m32 | 0F 79 /r | i64',
    'vmwrite  | r64, r/m64 | 0F 79 /r | only64',
    'invept   | r32, m128 | 66 0F 38 80 /r | i64 suf=-',
    'invept   | r64, m128 | 66 0F 38 80 /r | only64 suf=-',
    'invvpid  | r32, m128 | 66 0F 38 81 /r | i64 suf=-',
    'invvpid  | r64, m128 | 66 0F 38 81 /r | only64 suf=-',
    'invpcid  | r32, m128 | 66 0F 38 82 /r | i64 suf=-',
    'invpcid  | r64, m128 | 66 0F 38 82 /r | only64 suf=-',
    // prefetches and cache lines
    'prefetchnta | m8 | 0F 18 /0 | suf=-',
    'prefetcht0  | m8 | 0F 18 /1 | suf=-',
    'prefetcht1  | m8 | 0F 18 /2 | suf=-',
    'prefetcht2  | m8 | 0F 18 /3 | suf=-',
    'clflush     | m8 | 0F AE /7 | suf=-',
    'clflushopt  | m8 | 66 0F AE /7 | suf=-',
    'clwb        | m8 | 66 0F AE /6 | suf=-',
    'lfence || 0F AE E8',
    'mfence || 0F AE F0',
    'sfence || 0F AE F8',
    'fxsave | m | 0F AE /0 | suf=-',
    'fxsave | m | o64 0F AE /0 | suf=q only64',
    'fxrstor | m | 0F AE /1 | suf=-',
    'fxrstor | m | o64 0F AE /1 | suf=q only64',
    'xsave | m | 0F AE /4 | suf=-',
    'xsave | m | o64 0F AE /4 | suf=q only64',
    'xrstor | m | 0F AE /5 | suf=-',
    'xrstor | m | o64 0F AE /5 | suf=q only64',
    'xsaveopt | m | 0F AE /6 | suf=-',
    'xsaveopt | m | o64 0F AE /6 | suf=q only64',
    'fxsave64   | m | o64 0F AE /0 | only64',
    'fxrstor64  | m | o64 0F AE /1 | only64',
    'xsave64    | m | o64 0F AE /4 | only64',
    'xrstor64   | m | o64 0F AE /5 | only64',
    'xsaveopt64 | m | o64 0F AE /6 | only64',
    'xsavec | m | 0F C7 /4 | suf=-',
    'xsavec64   | m | o64 0F C7 /4 | only64',
    'xsaves | m | 0F C7 /5 | suf=-',
    'xsaves64   | m | o64 0F C7 /5 | only64',
    'xrstors | m | 0F C7 /3 | suf=-',
    'xrstors64  | m | o64 0F C7 /3 | only64',
    'rdrand | rv | 0F C7 /6 | suf=-',
    'rdseed | rv | 0F C7 /7 | suf=-',
    'rdfsbase | ry | F3 0F AE /0 | suf=-',
    'rdgsbase | ry | F3 0F AE /1 | suf=-',
    'wrfsbase | ry | F3 0F AE /2 | suf=-',
    'wrgsbase | ry | F3 0F AE /3 | suf=-',
    'ptwrite  | r/my | F3 0F AE /4',
    'rdpid    | r32 | F3 0F C7 /7 | i64 suf=-',
    'rdpid    | r64 | F3 0F C7 /7 | only64 suf=-',
    'getsec   || 0F 37',
    'xbegin | relz | C7 F8 cz | f64 suf=-',
    'xabort | imm8 | C6 F8 ib',
    'xend   || 0F 01 D5',
    'xtest  || 0F 01 D6',
    ...virtualMachines(),
    ...security(),
    ...waiting(),
    ...userInterrupts(),
    ...viaPadlock(),
  ]
}

/** AMD SVM and SNP, Intel SGX, TDX, PCONFIG: registers are fixed, writing them only names the address size. */
function virtualMachines(): string[] {
  return [
    'vmrun   ||  0F 01 D8 | isa=svme',
    'vmmcall ||  0F 01 D9 | isa=svme',
    'vmgexit ||  F3 0F 01 D9 | isa=sev_es',
    'vmload  ||  0F 01 DA | isa=svme',
    'vmsave  ||  0F 01 DB | isa=svme',
    'stgi    ||  0F 01 DC | isa=svme',
    'clgi    ||  0F 01 DD | isa=svme',
    'skinit  ||  0F 01 DE | isa=svme',
    'skinit  | eax | 0F 01 DE | isa=svme suf=-',
    'invlpga ||  0F 01 DF | isa=svme',
    ...['vmrun', 'vmload', 'vmsave'].flatMap((name, index) => addressRegister(name, `0F 01 ${['D8', 'DA', 'DB'][index]!}`, '', 'svme')),
    ...addressRegister('invlpga', '0F 01 DF', ', ecx', 'svme'),
    'invlpgb ||  0F 01 FE | isa=invlpgb',
    ...addressRegister('invlpgb', '0F 01 FE', ', ecx, edx', 'invlpgb'),
    'tlbsync ||  0F 01 FF | isa=tlbsync',
    'pvalidate || F2 0F 01 FF | isa=snp',
    ...addressRegister('pvalidate', 'F2 0F 01 FF', '', 'snp'),
    ...monitorRows('pvalidate', 'F2 0F 01 FF', 'snp'),
    'psmash    || F3 0F 01 FF | isa=snp only64',
    'psmash    | rax | F3 0F 01 FF | isa=snp only64 address suf=-',
    'psmash    | eax | F3 0F 01 FF | isa=snp only64 address suf=-',
    'rmpupdate || F2 0F 01 FE | isa=snp only64',
    'rmpupdate | rax, rcx | F2 0F 01 FE | isa=snp only64 address keep suf=-',
    'rmpupdate | eax, rcx | F2 0F 01 FE | isa=snp only64 address keep suf=-',
    'rmpupdate | rax | F2 0F 01 FE | isa=snp only64 address suf=-',
    'rmpupdate | eax | F2 0F 01 FE | isa=snp only64 address suf=-',
    'rmpadjust | rax | F3 0F 01 FE | isa=snp only64 address suf=-',
    'rmpadjust | eax | F3 0F 01 FE | isa=snp only64 address suf=-',
    'rmpadjust || F3 0F 01 FE | isa=snp only64',
    'rmpadjust | rax, rcx, rdx | F3 0F 01 FE | isa=snp only64 address keep suf=-',
    'rmpadjust | eax, rcx, rdx | F3 0F 01 FE | isa=snp only64 address keep suf=-',
    'rmpquery  || F3 0F 01 FD | isa=rmpquery only64',
    'rmpquery  | rax, rcx, rdx | F3 0F 01 FD | isa=rmpquery only64 address keep suf=-',
    'rmpquery  | eax, rcx, rdx | F3 0F 01 FD | isa=rmpquery only64 address keep suf=-',
    'encls || 0F 01 CF | isa=se1',
    'enclu || 0F 01 D7 | isa=se1',
    'enclv || 0F 01 C0 | isa=se1',
    'pconfig  || 0F 01 C5 | isa=pconfig',
    'wbnoinvd || F3 0F 09 | isa=wbnoinvd',
    'tdcall   || 66 0F 01 CC | isa=tdx',
    'seamret  || 66 0F 01 CD | isa=tdx only64',
    'seamops  || 66 0F 01 CE | isa=tdx only64',
    'seamcall || 66 0F 01 CF | isa=tdx only64',
    'rdpru   || 0F 01 FD | isa=rdpru',
    'mcommit || F3 0F 01 FA | isa=mcommit',
    'wrmsrns   || 0F 01 C6 | isa=wrmsrns',
    'rdmsrlist || F2 0F 01 C6 | isa=msrlist only64',
    'wrmsrlist || F3 0F 01 C6 | isa=msrlist only64',
  ]
}

/** The register that holds an address may be written in each size; another size than the mode's means prefix 67. */
function addressRegister(name: string, opcode: string, others: string, isa: string): string[] {
  return [
    `${name} | ax${others}  | ${opcode} | isa=${isa} address i64 keep suf=-`,
    `${name} | eax${others} | ${opcode} | isa=${isa} address keep suf=-`,
    `${name} | rax${others} | ${opcode} | isa=${isa} address only64 keep suf=-`,
  ]
}

/** Protection keys, control-flow enforcement (SDM vol. 1 ch. 17), bounds (MPX, vol. 1 app. E). */
function security(): string[] {
  return [
    'rdpkru || 0F 01 EE | isa=ospke',
    'wrpkru || 0F 01 EF | isa=ospke',
    'incsspd | r32 | F3 0F AE /5 | isa=shstk suf=-',
    'incsspq | r64 | F3 o64 0F AE /5 | isa=shstk suf=- only64',
    'rdsspd  | r32 | F3 0F 1E /1 | isa=shstk suf=-',
    'rdsspq  | r64 | F3 o64 0F 1E /1 | isa=shstk suf=- only64',
    'saveprevssp || F3 0F 01 EA | isa=shstk',
    'setssbsy    || F3 0F 01 E8 | isa=shstk',
    'rstorssp | m64 | F3 0F 01 /5 | isa=shstk suf=-',
    'clrssbsy | m64 | F3 0F AE /6 | isa=shstk suf=-',
    'wrssd  | m32, r32 | 0F 38 F6 /r | isa=shstk suf=-',
    'wrssq  | m64, r64 | o64 0F 38 F6 /r | isa=shstk suf=- only64',
    'wrussd | m32, r32 | 66 0F 38 F5 /r | isa=shstk suf=-',
    'wrussq | m64, r64 | 66 o64 0F 38 F5 /r | isa=shstk suf=- only64',
    'endbr64 || F3 0F 1E FA | isa=ibt',
    'endbr32 || F3 0F 1E FB | isa=ibt',
    'bndmk  | bnd, m | F3 0F 1B /r | isa=mpx bound',
    'bndmov | bnd, bnd/m128 | 66 0F 1A /r | isa=mpx',
    'bndmov | bnd/m128, bnd | 66 0F 1B /r | isa=mpx',
    ...[
      ['bndcl', 'F3 0F 1A'],
      ['bndcu', 'F2 0F 1A'],
      ['bndcn', 'F2 0F 1B'],
    ].flatMap(([name, opcode]) => [
      `${name} | bnd, r32/m32 | ${opcode} /r | isa=mpx i64 suf=-`,
      `${name} | bnd, r64/m64 | ${opcode} /r | isa=mpx only64 suf=-`,
    ]),
    'bndldx | bnd, m | 0F 1A /r | isa=mpx bound',
    'bndstx | m, bnd | 0F 1B /r | isa=mpx bound',
  ]
}

/** Waiting for a store, direct stores, command queues. */
/** The address in %ax, %eax or %rax; %ecx and %edx may be written with their 64-bit names, each for itself. */
function monitorRows(name: string, opcode: string, isa: string): string[] {
  const inEdx = (address: string, flags: string): string[] =>
    ['ecx, edx', 'ecx, rdx', 'rcx, edx', 'rcx, rdx'].map(
      (hints) => `${name} | ${address}, ${hints} | ${opcode} | isa=${isa} address ${hints === 'ecx, edx' ? flags : 'only64'} keep suf=-`,
    )
  return [`${name} | ax, ecx, edx | ${opcode} | isa=${isa} address i64 keep suf=-`, ...inEdx('eax', ''), ...inEdx('rax', 'only64')]
}

function waiting(): string[] {
  return [
    'monitor || 0F 01 C8 | isa=sse3',
    ...monitorRows('monitor', '0F 01 C8', 'sse3'),
    'mwait   || 0F 01 C9 | isa=sse3',
    'mwait   | eax, ecx | 0F 01 C9 | isa=sse3 keep suf=-',
    'mwait   | rax, rcx | 0F 01 C9 | isa=sse3 only64 keep suf=-',
    'monitorx || 0F 01 FA | isa=mwaitx',
    ...monitorRows('monitorx', '0F 01 FA', 'mwaitx'),
    'mwaitx   || 0F 01 FB | isa=mwaitx',
    'mwaitx   | eax, ecx, ebx | 0F 01 FB | isa=mwaitx keep suf=-',
    'mwaitx   | rax, rcx, rbx | 0F 01 FB | isa=mwaitx only64 keep suf=-',
    'clzero   || 0F 01 FC | isa=clzero',
    ...addressRegister('clzero', '0F 01 FC', '', 'clzero'),
    'umonitor | r16 | F3 0F AE /6 | isa=waitpkg address i64 suf=-',
    'umonitor | r32 | F3 0F AE /6 | isa=waitpkg address suf=-',
    'umonitor | r64 | F3 0F AE /6 | isa=waitpkg address only64 suf=-',
    ...[
      ['tpause', '66'],
      ['umwait', 'F2'],
    ].flatMap(([name, prefix]) => [
      `${name} | r32 | ${prefix} 0F AE /6 | isa=waitpkg suf=-`,
      `${name} | r32, edx, eax | ${prefix} 0F AE /6 | isa=waitpkg suf=- op=M-- keep`,
    ]),
    'movdiri   | my, ry | 0F 38 F9 /r | isa=movdiri suf=lq nosize',
    ...[
      ['movdir64b', '66', 'movdir64b'],
      ['enqcmd', 'F2', 'enqcmd'],
      ['enqcmds', 'F3', 'enqcmd'],
    ].flatMap(([name, prefix, isa]) => [
      `${name} | r16, m512 | ${prefix} 0F 38 F8 /r | isa=${isa} address i64 suf=-`,
      `${name} | r32, m512 | ${prefix} 0F 38 F8 /r | isa=${isa} address suf=-`,
      `${name} | r64, m512 | ${prefix} 0F 38 F8 /r | isa=${isa} address only64 suf=-`,
    ]),
    'cldemote  | m8 | 0F 1C /0 | isa=cldemote suf=-',
    'serialize || 0F 01 E8 | isa=serialize',
    'xsusldtrk || F2 0F 01 E8 | isa=tsxldtrk',
    'xresldtrk || F2 0F 01 E9 | isa=tsxldtrk',
    'hreset | imm8 | F3 0F 3A F0 C0 ib | isa=hreset',
    'aadd | my, ry | 0F 38 FC /r    | isa=rao_int nosize suf=-',
    'aand | my, ry | 66 0F 38 FC /r | isa=rao_int suf=-',
    'aor  | my, ry | F2 0F 38 FC /r | isa=rao_int suf=-',
    'axor | my, ry | F3 0F 38 FC /r | isa=rao_int suf=-',
    'prefetchit0 | m8 | 0F 18 /7 | isa=prefetchi only64 suf=- rip',
    'prefetchit1 | m8 | 0F 18 /6 | isa=prefetchi only64 suf=- rip',
  ]
}

function userInterrupts(): string[] {
  return [
    'uiret  || F3 0F 01 EC | isa=uintr only64',
    'testui || F3 0F 01 ED | isa=uintr only64',
    'clui   || F3 0F 01 EE | isa=uintr only64',
    'stui   || F3 0F 01 EF | isa=uintr only64',
    'senduipi | r64 | F3 0F C7 /6 | isa=uintr only64 suf=-',
  ]
}

/** VIA PadLock (VIA PadLock programming guide): F3 is part of the opcode, `rep` may be written before it. */
function viaPadlock(): string[] {
  return [
    'xstore || 0F A7 C0 | isa=padlock rep att=xstore,xstorerng,xstore-rng',
    'xcryptecb || F3 0F A7 C8 | isa=padlock rep att=xcryptecb,xcrypt-ecb',
    'xcryptcbc || F3 0F A7 D0 | isa=padlock rep att=xcryptcbc,xcrypt-cbc',
    'xcryptctr || F3 0F A7 D8 | isa=padlock rep att=xcryptctr,xcrypt-ctr',
    'xcryptcfb || F3 0F A7 E0 | isa=padlock rep att=xcryptcfb,xcrypt-cfb',
    'xcryptofb || F3 0F A7 E8 | isa=padlock rep att=xcryptofb,xcrypt-ofb',
    'montmul || F3 0F A6 C0 | isa=padlock rep',
    'xsha1   || F3 0F A6 C8 | isa=padlock rep',
    'xsha256 || F3 0F A6 D0 | isa=padlock rep',
  ]
}
