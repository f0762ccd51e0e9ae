/**
 * Frames in a stream of bytes: a length (u32, little endian), then as many bytes of payload. Nothing is allocated on the word
 * of a length: bytes are kept as they come.
 */

/** The other end said something that no worker (no host) of this version says. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

/** In place of a length, in a pipe to a worker: how long the payload is follows, and it is not in the pipe. */
export const ELSEWHERE = 2 ** 32 - 1
/** More a length cannot tell. */
export const MOST_FRAME_BYTES = ELSEWHERE - 1

/** What goes before a payload in a pipe: its length, here of its parts. */
export function headOf(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4)
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  new DataView(bytes.buffer).setUint32(0, length, true)
  return bytes
}

/** Cuts a stream of bytes into payloads. `maxBytes` bounds one payload, and may change between two. */
export class FrameReader {
  /** What is held of it: `#held` bytes. */
  #bytes = new Uint8Array(0)
  #held = 0

  constructor(public maxBytes: number) {}

  /**
   * Takes what arrived, which is not to be written to any more, and returns the payloads it completes.
   * Throws {@link ProtocolError} for one that is too long.
   */
  push(chunk: Uint8Array): Uint8Array[] {
    this.#hold(chunk)
    const { buffer, byteOffset } = this.#bytes
    const view = new DataView(buffer, byteOffset, this.#held)
    const payloads: Uint8Array[] = []
    let at = 0
    while (this.#held - at >= 4) {
      const length = view.getUint32(at, true)
      if (length > this.maxBytes)
        throw new ProtocolError(`a frame of ${length} bytes; at most ${this.maxBytes} are allowed`)
      if (this.#held - at < 4 + length) break
      payloads.push(this.#bytes.subarray(at + 4, at + 4 + length))
      at += 4 + length
    }
    // What is left gets a place of its own: the payloads stay as they are.
    if (at > 0) this.#bytes = this.#bytes.slice(at, this.#held)
    this.#held -= at
    return payloads
  }

  /** However small the pieces are, what they are held in is less than twice as large. */
  #hold(chunk: Uint8Array): void {
    const held = this.#held + chunk.length
    if (this.#held === 0)
      this.#bytes = new Uint8Array(chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.length)
    else {
      if (held > this.#bytes.length) {
        const bytes = new Uint8Array(2 * held)
        bytes.set(this.#bytes.subarray(0, this.#held))
        this.#bytes = bytes
      }
      this.#bytes.set(chunk, this.#held)
    }
    this.#held = held
  }
}
