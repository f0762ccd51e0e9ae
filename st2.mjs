import { createSandbox } from './dist/index.js'
import { CompileService } from './dist/sandbox/compile-service.js'
const keep = [CompileService.open('process'), CompileService.open('thread')]
const n = Number(process.argv[3] ?? 1)
for (let i = 0; i < n; i++) { const s = await createSandbox({}, { isolation: process.argv[2], workers: 1 }); await s.run('1'); await s.close() }
for (const k of keep) await k.close()
