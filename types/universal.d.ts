// What the pure packages may use of the platform: present in Node and in every browser. No `dom`, no `node` types:
// the compiler then refuses anything that would tie a library to one of them.
declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(input?: Uint8Array): string
}
