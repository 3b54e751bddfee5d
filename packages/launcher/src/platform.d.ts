// What Node and browsers share beyond ECMAScript and @types/node 20 does not declare as global types.
interface WasmModule {
  readonly __wasmModule: true
}
type WasmExports = Record<string, unknown>
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<WasmModule>
  instantiate(module: WasmModule, imports: object): Promise<{ exports: WasmExports }>
  RuntimeError: ErrorConstructor
}
