#!/usr/bin/env node
import * as nodeModule from 'node:module'

// Node 22 keeps the compiled bundle between runs; Node 20 has no such thing.
nodeModule.enableCompileCache?.()
await import('../dist/kas.js')
