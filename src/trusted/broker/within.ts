/** Work of a host's under a time limit, which ends too when nobody waits for it any more. */

/** What {@link within} rejects with when it waits no more. No error of the work's own is this one. */
export const TOO_LATE = Symbol('too late')

/** What `work` comes to, or {@link TOO_LATE} when its time is over or nobody waits any more. */
export function within(
  work: PromiseLike<unknown>,
  ms: number,
  controller: AbortController,
  after: (ms: number, then: () => void) => () => void,
): Promise<unknown> {
  const { signal } = controller
  let late!: () => void
  const stop = after(ms, () => controller.abort())
  return new Promise((resolve, reject) => {
    late = () => reject(TOO_LATE)
    if (signal.aborted) late()
    else signal.addEventListener('abort', late, { once: true })
    // What a thenable resolves to may be one again: the time of all of them counts.
    Promise.resolve(work).then(resolve, reject)
  }).finally(() => {
    stop()
    signal.removeEventListener('abort', late)
  })
}
