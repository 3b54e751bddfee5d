// Bit manipulation on general registers with VEX and XOP encodings: BMI1, BMI2, TBM, LWP, CMPccXADD. Notation: README.md.
// Sources: Intel SDM vol. 2; AMD APM vol. 3 (TBM), vol. 2 §13.4 (LWP, publication 43724).
import { perCondition } from './integer.ts'

const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0')

/** TBM: opcode 01 or 02 of map 9, the operation is the /digit, the destination is in vvvv. */
const TRAILING: readonly (readonly [string, string, number])[] = [
  ['blcfill', '01', 1],
  ['blsfill', '01', 2],
  ['blcs', '01', 3],
  ['tzmsk', '01', 4],
  ['blcic', '01', 5],
  ['blsic', '01', 6],
  ['t1mskc', '01', 7],
  ['blcmsk', '02', 1],
  ['blci', '02', 6],
]

/** Names of the conditions that CMPccXADD has: one a code, and their synonyms. */
export function bitManipulationRows(): readonly string[] {
  return [
    'andn   | ry, ry, r/my | VEX.LZ.NP.0F38.Wy F2 /r | isa=bmi',
    'bextr  | ry, r/my, ry | VEX.LZ.NP.0F38.Wy F7 /r | isa=bmi op=RMV',
    'blsr   | ry, r/my     | VEX.LZ.NP.0F38.Wy F3 /1 | isa=bmi',
    'blsmsk | ry, r/my     | VEX.LZ.NP.0F38.Wy F3 /2 | isa=bmi',
    'blsi   | ry, r/my     | VEX.LZ.NP.0F38.Wy F3 /3 | isa=bmi',
    'bzhi   | ry, r/my, ry | VEX.LZ.NP.0F38.Wy F5 /r | isa=bmi2 op=RMV',
    'pext   | ry, ry, r/my | VEX.LZ.F3.0F38.Wy F5 /r | isa=bmi2',
    'pdep   | ry, ry, r/my | VEX.LZ.F2.0F38.Wy F5 /r | isa=bmi2',
    'mulx   | ry, ry, r/my | VEX.LZ.F2.0F38.Wy F6 /r | isa=bmi2',
    'shlx   | ry, r/my, ry | VEX.LZ.66.0F38.Wy F7 /r | isa=bmi2 op=RMV',
    'sarx   | ry, r/my, ry | VEX.LZ.F3.0F38.Wy F7 /r | isa=bmi2 op=RMV',
    'shrx   | ry, r/my, ry | VEX.LZ.F2.0F38.Wy F7 /r | isa=bmi2 op=RMV',
    'rorx   | ry, r/my, imm8 | VEX.LZ.F2.0F3A.Wy F0 /r ib | isa=bmi2',
    'bextr  | ry, r/my, imm32 | XOP.LZ.NP.M0A.Wy 10 /r id | isa=tbm',
    ...TRAILING.map(([name, opcode, digit]) => `${name} | ry, r/my | XOP.LZ.NP.M09.Wy ${opcode} /${digit} | isa=tbm`),
    'llwpcb | ry | XOP.LZ.NP.M09.Wy 12 /0 | isa=lwp suf=-',
    'slwpcb | ry | XOP.LZ.NP.M09.Wy 12 /1 | isa=lwp suf=-',
    'lwpins | ry, r32/m32, imm32 | XOP.LZ.NP.M0A.Wy 12 /0 id | isa=lwp suf=-',
    'lwpval | ry, r32/m32, imm32 | XOP.LZ.NP.M0A.Wy 12 /1 id | isa=lwp suf=-',
    ...perCondition((condition, code) => [
      `cmp${condition}xadd | my, ry, ry | VEX.128.66.0F38.Wy ${hex(0xe0 + code)} /r | isa=cmpccxadd only64 op=MRV suf=-`,
    ]),
  ]
}
