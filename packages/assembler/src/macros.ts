export interface Macro {
  expand(a: unknown, w: unknown): void
}
