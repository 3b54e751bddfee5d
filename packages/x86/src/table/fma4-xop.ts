// AMD's FMA4 and XOP. Source: AMD APM vol. 4 (FMA4) and vol. 6 (XOP).
// A second row with W1 swaps the last two sources, so that either may be memory.
import { pairs, withFlags } from './sse.ts'

function fma4(): string[] {
  const opcode = (base: string, step: number): string => (Number.parseInt(base, 16) + step).toString(16).toUpperCase()
  const both = (name: string, registers: string, memory: string, length: string, code: string): string[] => [
    `v${name} | ${registers}, ${registers}, ${registers}, ${registers}/${memory} | VEX.${length}.66.0F3A.W1 ${code} /r`,
    `v${name} | ${registers}, ${registers}, ${registers}/${memory}, ${registers} | VEX.${length}.66.0F3A.W0 ${code} /r`,
  ]
  return [
    ...pairs('fmaddsub 5C, fmsubadd 5E').flatMap(([name, base]) => [
      ...both(`${name}ps`, 'vx', 'mx', 'x', base),
      ...both(`${name}pd`, 'vx', 'mx', 'x', opcode(base, 1)),
    ]),
    ...pairs('fmadd 68, fmsub 6C, fnmadd 78, fnmsub 7C').flatMap(([name, base]) => [
      ...both(`${name}ps`, 'vx', 'mx', 'x', base),
      ...both(`${name}pd`, 'vx', 'mx', 'x', opcode(base, 1)),
      ...both(`${name}ss`, 'xmm', 'm32', 'LIG', opcode(base, 2)),
      ...both(`${name}sd`, 'xmm', 'm64', 'LIG', opcode(base, 3)),
    ]),
  ]
}

/** Predicates of vpcomb and its kin. */
const COMPARISONS = ['lt', 'le', 'gt', 'ge', 'eq', 'neq', 'false', 'true']

function xop(): string[] {
  return [
    ...pairs('vfrczps 80, vfrczpd 81').map(([name, opcode]) => `${name} | vx, vx/mx | XOP.x.NP.M09.W0 ${opcode} /r`),
    'vfrczss | xmm, xmm/m32 | XOP.LZ.NP.M09.W0 82 /r',
    'vfrczsd | xmm, xmm/m64 | XOP.LZ.NP.M09.W0 83 /r',
    ...['vprot 9', 'vpshl 9', 'vpsha 9'].flatMap((text, kind) => {
      const name = text.split(' ')[0]!
      return ['b', 'w', 'd', 'q'].flatMap((element, index) => {
        const opcode = `9${(kind * 4 + index).toString(16).toUpperCase()}`
        return [
          `${name}${element} | xmm, xmm/m128, xmm | XOP.128.NP.M09.W0 ${opcode} /r | op=RMV`,
          `${name}${element} | xmm, xmm, xmm/m128 | XOP.128.NP.M09.W1 ${opcode} /r`,
        ]
      })
    }),
    ...pairs('b C0, w C1, d C2, q C3').map(
      ([element, opcode]) => `vprot${element} | xmm, xmm/m128, imm8 | XOP.128.NP.M08.W0 ${opcode} /r ib`,
    ),
    ...pairs(
      'vphaddbw C1, vphaddbd C2, vphaddbq C3, vphaddwd C6, vphaddwq C7, vphadddq CB, vphaddubw D1, vphaddubd D2, vphaddubq D3, ' +
        'vphadduwd D6, vphadduwq D7, vphaddudq DB, vphsubbw E1, vphsubwd E2, vphsubdq E3',
    ).map(([name, opcode]) => `${name} | xmm, xmm/m128 | XOP.128.NP.M09.W0 ${opcode} /r`),
    ...pairs(
      'vpmacssww 85, vpmacsswd 86, vpmacssdql 87, vpmacssdd 8E, vpmacssdqh 8F, vpmacsww 95, vpmacswd 96, vpmacsdql 97, vpmacsdd 9E, ' +
        'vpmacsdqh 9F, vpmadcsswd A6, vpmadcswd B6',
    ).map(([name, opcode]) => `${name} | xmm, xmm, xmm/m128, xmm | XOP.128.NP.M08.W0 ${opcode} /r`),
    'vpcmov | vx, vx, vx/mx, vx | XOP.x.NP.M08.W0 A2 /r',
    'vpcmov | vx, vx, vx, vx/mx | XOP.x.NP.M08.W1 A2 /r',
    'vpperm | xmm, xmm, xmm/m128, xmm | XOP.128.NP.M08.W0 A3 /r',
    'vpperm | xmm, xmm, xmm, xmm/m128 | XOP.128.NP.M08.W1 A3 /r',
    ...pairs('b CC, w CD, d CE, q CF, ub EC, uw ED, ud EE, uq EF').flatMap(([element, opcode]) => [
      `vpcom${element} | xmm, xmm, xmm/m128, imm8 | XOP.128.NP.M08.W0 ${opcode} /r ib`,
      ...COMPARISONS.map((name, code) => `vpcom${name}${element} | xmm, xmm, xmm/m128 | XOP.128.NP.M08.W0 ${opcode} /r 0${code}`),
    ]),
    // the immediate shares a byte with the fourth register
    ...pairs('vpermil2ps 48, vpermil2pd 49').flatMap(([name, opcode]) => [
      `${name} | vx, vx, vx/mx, vx, imm4 | VEX.x.66.0F3A.W0 ${opcode} /r ib`,
      `${name} | vx, vx, vx, vx/mx, imm4 | VEX.x.66.0F3A.W1 ${opcode} /r ib`,
    ]),
  ]
}

export function amdVectorRows(): readonly string[] {
  return [...withFlags('isa=fma4', fma4()), ...withFlags('isa=xop', xop())]
}
