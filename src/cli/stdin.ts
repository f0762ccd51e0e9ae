/** What a program that is run reads: this process's own stdin. */

/** Of this process there is one. */
let isReading = false

/** This process's stdin, which is not touched before somebody reads. */
export async function* ownStdin(): AsyncGenerator<Uint8Array> {
  isReading = true
  for await (const bytes of process.stdin) yield bytes as Uint8Array
}

/** A read that waits would keep this process alive. */
export function leaveStdin(): void {
  if (isReading) process.stdin.destroy()
}
