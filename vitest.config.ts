import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Tests read the sources, never a build that may be stale.
const fromSource = ['diagnostics', 'x86', 'elf', 'preprocessor', 'assembler', 'linker', 'kvm', 'launcher', 'cli']

export default defineConfig({
  resolve: {
    alias: fromSource.map((name) => ({
      find: new RegExp(`^@kernelbox/${name}$`),
      replacement: fileURLToPath(new URL(`./packages/${name}/src/index.ts`, import.meta.url)),
    })),
  },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts', 'scripts/**/*.test.ts', 'examples/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
