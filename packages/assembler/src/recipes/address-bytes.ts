// An address of 32 or 64 bits as bytes. Enters: numbers of base and index, -1 for none, and the displacement. Leaves: ModRM, SIB
// and displacement. Follows: Intel SDM vol. 2 §2.1.5, tables 2-2 and 2-3. The same choices as address.ts of @kernelbox/x86 makes
// for one statement, here for all that a recipe stands for; recipes.test.ts compares them.

/** `modRm`: with its reg field alone. `scale`: log2. `isSymbol`: the displacement has four bytes, which somebody fills in. */
export function putAddress(
  data: Uint8Array,
  from: number,
  modRm: number,
  base: number,
  index: number,
  scale: number,
  displacement: number,
  isSymbol: boolean,
): number {
  let at = from
  let mod = 2
  if (base < 0) mod = 0
  else if (!isSymbol) {
    // Without displacement these numbers of a base mean something else.
    if (displacement === 0 && (base & 7) !== 5) mod = 0
    else if (displacement >= -128 && displacement <= 127) mod = 1
  }
  const hasSib = index >= 0 || (base & 7) === 4
  data[at++] = modRm | (mod << 6) | (hasSib ? 4 : base & 7)
  if (hasSib) data[at++] = (scale << 6) | ((index < 0 ? 4 : index & 7) << 3) | (base < 0 ? 5 : base & 7)
  if (mod === 1) data[at++] = displacement
  else if (mod === 2 || base < 0) {
    data[at] = displacement
    data[at + 1] = displacement >> 8
    data[at + 2] = displacement >> 16
    data[at + 3] = displacement >> 24
    at += 4
  }
  return at
}
