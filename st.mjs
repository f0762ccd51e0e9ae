import { createSandbox } from './dist/index.js'
const n = Number(process.argv[3] ?? 1)
for (let i = 0; i < n; i++) { const s = await createSandbox({}, { isolation: process.argv[2], workers: 1 }); await s.run('1'); await s.close() }
