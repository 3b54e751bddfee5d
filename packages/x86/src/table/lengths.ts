// Enters: a row that stands for several vector lengths. Leaves: one row a length, in the plain notation.
// `VEX.x` means 128 and 256 bits, `EVEX.x` 128, 256 and 512, `EVEX.y` 256 and 512 (Intel SDM vol. 2 §3.1.1.2, VEX.256 and EVEX.512).
// In such a row operands are sized by the length: vx/mx full, vh/mh half, vq/mq quarter, ve/me eighth of it, where
// registers are never smaller than xmm; vm32L, vm64L and vm32H have index registers of the full and half length.

const REGISTERS: Readonly<Record<number, string>> = { 128: 'xmm', 256: 'ymm', 512: 'zmm' }
const LETTERS: Readonly<Record<number, string>> = { 128: 'x', 256: 'y', 512: 'z' }
const SHARES: Readonly<Record<string, number>> = { x: 1, h: 2, q: 4, e: 8 }

/**
 * Rows of one text for the AT&T mnemonic `name`. With `att=` names that are the mnemonic and one of x, y, z the letter
 * names the length of a memory source (vcvtpd2psx); without letter such memory is ambiguous and only registers and broadcasts fit.
 */
export function expandLengths(text: string, name: string): readonly string[] {
  if (!text.includes('.x.') && !text.includes('.y.')) return [text]
  const shape = /(VEX|EVEX|XOP)\.([xy])\./.exec(text)
  if (!shape) return [text]
  const isEvex = shape[1] === 'EVEX'
  const lengths = shape[2] === 'x' ? (isEvex ? [128, 256, 512] : [128, 256]) : [256, 512]
  const names = /\batt=(\S+)/.exec(text)?.[1]?.split(',')
  const mnemonic = text.slice(0, text.indexOf(' '))
  const letters = ['x', 'y', 'z'].filter((letter) => names?.includes(mnemonic + letter))
  const wanted = name !== mnemonic && letters.length > 0 ? name[name.length - 1] : ''
  const rows: string[] = []
  for (const length of lengths) {
    const letter = LETTERS[length]!
    if (wanted !== '' && letter !== wanted) continue
    const cells = text.split('|')
    cells[1] = sized(cells[1]!, length, wanted === '' && letters.includes(letter))
    cells[2] = cells[2]!.replace(/(VEX|XOP)\.[xy]\./, `$1.${length}.`)
    if (cells[3]) cells[3] = cells[3].replace(/isa=(\S+)/, (_all, isa: string) => `isa=${isaOf(isa, length, isEvex)}`)
    rows.push(cells.join('|'))
  }
  return rows
}

/** `avx/avx2` is AVX for 128 bits, AVX2 for 256; EVEX below 512 bits needs AVX512VL too (SDM vol. 1 §15.4). */
function isaOf(isa: string, length: number, isEvex: boolean): string {
  const [narrow, wide] = isa.split('/')
  const own = wide !== undefined && length !== 128 ? wide : narrow!
  return isEvex && length !== 512 && !own.startsWith('avx512vl') ? `${own}+avx512vl` : own
}

function sized(operands: string, length: number, isAmbiguous: boolean): string {
  let text = operands.replace(/\b([vm])([xhqe])\b/g, (_all, kind: string, letter: string) => {
    const bits = length / SHARES[letter]!
    return kind === 'm' ? `m${bits}${isAmbiguous ? 'only' : ''}` : REGISTERS[Math.max(bits, 128)]!
  })
  text = text.replace(/\bvm(32|64)([LH])\b/g, (_all, bits: string, share: string) => {
    return `vm${bits}${LETTERS[Math.max(share === 'H' ? length / 2 : length, 128)]}`
  })
  // Embedded rounding belongs to 512 bits and scalars (SDM vol. 2 §2.7.8).
  return length === 512 ? text : text.replace(/\{(er|sae)\}/g, '')
}
