// Numbers beyond 64 bits, which the assembler's arithmetic does not have. GNU as manual §3.6.2.2 "Bignums".

/** A number that 64 bits cannot hold: GNU as takes it in data only, alone or behind a sign. */
export const isBignum = (value: bigint) => value >= 1n << 64n || value <= -(1n << 64n)
