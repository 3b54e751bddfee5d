// SHA-1 and MD5 of bytes, for build identifiers (no protection against forgery is meant).
// Enters: pieces of a message. Leaves: the digest. FIPS 180-4 §6.1; RFC 1321.

/** Both work on blocks of 64 bytes, and end with a bit, zeros and the length in bits. */
abstract class BlockDigest {
  readonly #block = new Uint8Array(64)
  readonly view = new DataView(this.#block.buffer)
  #used = 0
  #length = 0

  abstract compress(): void
  abstract readonly isBigEndian: boolean
  abstract readonly words: Int32Array

  update(bytes: Uint8Array): void {
    this.#length += bytes.length
    for (let at = 0; at < bytes.length; ) {
      const size = Math.min(64 - this.#used, bytes.length - at)
      this.#block.set(bytes.subarray(at, at + size), this.#used)
      this.#used += size
      at += size
      if (this.#used < 64) continue
      this.compress()
      this.#used = 0
    }
  }

  finish(): Uint8Array {
    const bits = this.#length * 8
    this.update(Uint8Array.of(0x80))
    while (this.#used !== 56) this.update(new Uint8Array(this.#used < 56 ? 56 - this.#used : 64 - this.#used))
    const high = Math.floor(bits / 0x1_0000_0000)
    const low = bits % 0x1_0000_0000
    this.view.setUint32(56, this.isBigEndian ? high : low, !this.isBigEndian)
    this.view.setUint32(60, this.isBigEndian ? low : high, !this.isBigEndian)
    this.compress()
    const digest = new Uint8Array(4 * this.words.length)
    const view = new DataView(digest.buffer)
    this.words.forEach((word, i) => view.setInt32(4 * i, word, !this.isBigEndian))
    return digest
  }
}

const rotate = (value: number, by: number) => (value << by) | (value >>> (32 - by))

export class Sha1 extends BlockDigest {
  readonly isBigEndian = true
  readonly words = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0)
  readonly #schedule = new Int32Array(80)

  compress(): void {
    const w = this.#schedule
    for (let t = 0; t < 16; t++) w[t] = this.view.getInt32(4 * t)
    for (let t = 16; t < 80; t++)
      w[t] = rotate((w[t - 3] as number) ^ (w[t - 8] as number) ^ (w[t - 14] as number) ^ (w[t - 16] as number), 1)
    let [a, b, c, d, e] = this.words as unknown as [number, number, number, number, number]
    for (let t = 0; t < 80; t++) {
      const f = t < 20 ? (b & c) | (~b & d) : t < 40 || t >= 60 ? b ^ c ^ d : (b & c) | (b & d) | (c & d)
      const k = t < 20 ? 0x5a827999 : t < 40 ? 0x6ed9eba1 : t < 60 ? 0x8f1bbcdc : 0xca62c1d6
      const next = (rotate(a, 5) + f + e + k + (w[t] as number)) | 0
      e = d
      d = c
      c = rotate(b, 30)
      b = a
      a = next
    }
    ;[a, b, c, d, e].forEach((value, i) => {
      this.words[i] = (this.words[i] as number) + value
    })
  }
}

const md5Shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]

export class Md5 extends BlockDigest {
  readonly isBigEndian = false
  readonly words = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
  /** RFC 1321 §3.4: the integer part of 2^32 |sin i|. */
  static readonly #sines = Int32Array.from({ length: 64 }, (_, i) => Math.floor(2 ** 32 * Math.abs(Math.sin(i + 1))))

  compress(): void {
    let [a, b, c, d] = this.words as unknown as [number, number, number, number]
    for (let i = 0; i < 64; i++) {
      const round = i >> 4
      const f = round === 0 ? (b & c) | (~b & d) : round === 1 ? (b & d) | (c & ~d) : round === 2 ? b ^ c ^ d : c ^ (b | ~d)
      const index = (round === 0 ? i : round === 1 ? 5 * i + 1 : round === 2 ? 3 * i + 5 : 7 * i) & 15
      const sum = (a + f + (Md5.#sines[i] as number) + this.view.getInt32(4 * index, true)) | 0
      a = d
      d = c
      c = b
      b = (b + rotate(sum, md5Shifts[4 * round + (i & 3)] as number)) | 0
    }
    ;[a, b, c, d].forEach((value, i) => {
      this.words[i] = (this.words[i] as number) + value
    })
  }
}
