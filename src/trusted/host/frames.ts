/**
 * Frames in a stream of bytes: a length (u32, little endian), then as many bytes of payload. Nothing is allocated on the word
 * of a length: bytes are kept as they come.
 */

/** The other end said something that no worker (no host) of this version says. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

/** A frame as it goes through a pipe: its length, then the payload. */
export function framed(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + payload.length)
  new DataView(bytes.buffer).setUint32(0, payload.length, true)
  bytes.set(payload, 4)
  return bytes
}

/** Cuts a stream of bytes into payloads. `maxBytes` bounds one payload. */
export class FrameReader {
  #chunks: Uint8Array[] = []
  #held = 0

  constructor(public maxBytes: number) {}

  /** Takes what arrived and returns the payloads it completes. Throws {@link ProtocolError} for one that is too long. */
  push(chunk: Uint8Array): Uint8Array[] {
    if (chunk.length > 0) this.#chunks.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length))
    this.#held += chunk.length
    const payloads: Uint8Array[] = []
    while (this.#held >= 4) {
      const length = this.#length()
      if (length > this.maxBytes) throw new ProtocolError(`a frame of ${length} bytes; at most ${this.maxBytes} are allowed`)
      if (this.#held < 4 + length) break
      payloads.push(this.#take(4 + length).subarray(4))
    }
    return payloads
  }

  #length(): number {
    if (this.#chunks[0].length < 4) this.#join()
    const head = this.#chunks[0]
    return (head[0] | (head[1] << 8) | (head[2] << 16) | (head[3] << 24)) >>> 0
  }

  #take(count: number): Uint8Array {
    if (this.#chunks[0].length < count) this.#join()
    const head = this.#chunks[0]
    if (head.length === count) this.#chunks.shift()
    else this.#chunks[0] = head.subarray(count)
    this.#held -= count
    return head.subarray(0, count)
  }

  #join(): void {
    const joined = new Uint8Array(this.#held)
    let at = 0
    for (const chunk of this.#chunks) {
      joined.set(chunk, at)
      at += chunk.length
    }
    this.#chunks = [joined]
  }
}
