/**
 * Loads what Node loads when it is first used. A run that is ended by force is cut off wherever it is, also in the middle of
 * such a load, and the half that is loaded then stays so for ever: every later run of that worker would fail.
 */
import { readSync } from 'node:fs'
import { compareWith } from '../../trusted/wall/same.js'

compareWith((one, other) => Buffer.compare(one, other) === 0)

/** To be called before a worker says that it is ready. Takes ten milliseconds: cryptography is most of it. */
export function preload(): void {
  const bytes = crypto.getRandomValues(new Uint8Array(8))
  performance.now()
  new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(new TextEncoder().encode('é'))
  structuredClone(bytes)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0)
  for (const fails of [
    () => readSync(2 ** 30, bytes),
    () => readSync(-1, bytes),
    () => crypto.getRandomValues(new Uint8Array(65_537)),
    () => bytes.subarray(0, 4).buffer.slice(Symbol() as never),
  ]) {
    try {
      fails()
    } catch (error) {
      // Node's errors, and their text and stack, are made by code that is loaded late, too.
      void String((error as Error).stack)
    }
  }
}
