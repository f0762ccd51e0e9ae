// Preloaded by startup.mjs: tells, at the end of the process, how long its main thread ran. Wall time on a busy machine is
// other programs' time; this is ours.
const { appendFileSync, readFileSync } = require('node:fs')

process.on('exit', () => {
  const nanoseconds = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]
  appendFileSync(process.env.MAIN_THREAD_TIMES, `${Number(nanoseconds) / 1e6}\n`)
})
