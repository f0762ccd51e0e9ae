/** The effect `stdin`: a guest reads what its host gives it to read, a piece at a time. */
import { GuestError, type Effect } from './effect.js'

/** What a guest reads, of which somebody of the host's keeps the place. */
export interface Readable {
  /** As many bytes as there are, at most `most`; none at the end. A reader whose signal is aborted takes nothing from the others. */
  read(most: number, signal: AbortSignal): Uint8Array | Promise<Uint8Array>
}

/** Reads of a run's input. `most` bounds the bytes of one answer. */
export function stdinEffect(
  input: Readable,
  options: { readonly most: number; readonly timeoutMs: number; readonly canWait: boolean },
): Effect {
  const { most, timeoutMs, canWait } = options
  return {
    rule: (target) =>
      target === 'stdin'
        ? { path: 'stdin', calls: undefined, approve: false, timeoutMs }
        : undefined,
    perform({ args: [wanted] }, signal) {
      const size = typeof wanted === 'number' && wanted >= 1 ? Math.min(wanted, most) : most
      const bytes = input.read(size, signal)
      if (bytes instanceof Uint8Array || canWait) return bytes
      bytes.catch(() => {})
      throw new GuestError(
        'RuntimeError',
        "stdin: what comes later cannot be waited for in the host's own thread; give text or bytes, or another isolation",
      )
    },
    close: () => {},
  }
}
