/** The watchdog inside a worker: Node ends a script of its `vm` from a thread of its own. */
import { createContext, Script } from 'node:vm'
import { TimedOut, type Within } from '../../trusted/channel/watchdog.js'

const context = createContext({ work: undefined as (() => void) | undefined })
const script = new Script('work()')

/** Costs 0.1 ms. Not nestable. */
export const within: Within = (ms, work) => {
  context['work'] = work
  try {
    script.runInContext(context, { timeout: Math.max(1, Math.ceil(ms)) })
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code
    throw code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? new TimedOut(`ended after ${ms} ms`) : error
  } finally {
    context['work'] = undefined
  }
}
