/**
 * Work whose size a guest chose, done in the host's thread without holding it up: what is written as steps (decode.ts) is left
 * alone every few milliseconds, and other work of the host's comes in between.
 */

/** How long the host's thread is held at a time, in milliseconds. */
const HELD_MS = 8

/** What the steps come to. Rejects with what they throw. */
export async function inSteps<T>(steps: Generator<void, T>): Promise<T> {
  for (;;) {
    const began = performance.now()
    do {
      const { done, value } = steps.next()
      if (done) return value
    } while (performance.now() - began < HELD_MS)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
