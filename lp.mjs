import { loadPyodide } from 'pyodide'
const c = process.cpuUsage(); let t = performance.now()
await loadPyodide()
const d = process.cpuUsage(c); console.log('wall', Math.round(performance.now() - t), 'user', d.user / 1000 | 0, 'sys', d.system / 1000 | 0)
