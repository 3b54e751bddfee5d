// Bounds that hold for a whole object.

/** Contents beyond this are refused, of a section or of all: a single .org or .fill can ask for any number of bytes. */
export const mostContentsInBytes = 0x10000000
