// AMX: tile registers. Source: Intel SDM vol. 2 (TILELOADD and kin), ISA extensions reference (AMX-FP16).
import { triples, withFlags } from './sse.ts'

/** Memory of tile loads and stores always has a SIB byte: the index is the stride between rows (SDM vol. 2, TILELOADD). */
export function tileRows(): readonly string[] {
  return [
    ...withFlags('only64 isa=amx_tile', [
      'ldtilecfg | m512 | VEX.128.NP.0F38.W0 49 /0',
      'sttilecfg | m512 | VEX.128.66.0F38.W0 49 /0',
      'tilerelease || VEX.128.NP.0F38.W0 49 C0',
      'tilezero | tmm | VEX.128.F2.0F38.W0 49 /r | op=R',
      'tileloadd | tmm, m | VEX.128.F2.0F38.W0 4B /r | sib',
      'tileloaddt1 | tmm, m | VEX.128.66.0F38.W0 4B /r | sib',
      'tilestored | m, tmm | VEX.128.F3.0F38.W0 4B /r | sib',
    ]),
    ...triples('bssd F2 5E, bsud F3 5E, busd 66 5E, buud NP 5E').map(
      ([name, prefix, opcode]) =>
        `tdp${name} | tmm, tmm, tmm | VEX.128.${prefix}.0F38.W0 ${opcode} /r | op=RMV distinct only64 isa=amx_int8`,
    ),
    'tdpbf16ps | tmm, tmm, tmm | VEX.128.F3.0F38.W0 5C /r | op=RMV distinct only64 isa=amx_bf16',
    'tdpfp16ps | tmm, tmm, tmm | VEX.128.F2.0F38.W0 5C /r | op=RMV distinct only64 isa=amx_fp16',
  ]
}
