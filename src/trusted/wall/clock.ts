/** What a guest can learn of time and chance: two sources each, real and repeatable. */

/** Real time, or an instant (milliseconds of the epoch) at which the clock stands until the guest sleeps. */
export type ClockPolicy = 'real' | { readonly fixed: number }

/** The system's randomness, or a sequence that a seed determines. */
export type RandomPolicy = 'real' | { readonly seed: number }

/** Microseconds: the finest difference a guest can see, as in an isolated browser page, against timing of shared caches. */
const GRAIN = 5

/** The guest's clock, in microseconds. */
export interface Clock {
  /** Since the epoch. */
  wall(): number
  /** Since the last restart: tells nothing of the host's uptime. */
  steady(): number
  /** Lets `milliseconds` pass: on a fixed clock at once, otherwise by `block`. */
  sleep(milliseconds: number, block: (milliseconds: number) => void): void
  /** Begins anew, as after a reset; or, as after a restore, where it stood when so many microseconds had passed. */
  restart(elapsed?: number): void
}

/**
 * A clock by the policy: real, in grains of {@link GRAIN} microseconds; or one that stands, and that sleeping moves on
 * at once.
 */
export function createClock(policy: ClockPolicy): Clock {
  let base = performance.now()
  let slept = 0
  if (policy === 'real') {
    return {
      wall: () => Math.floor(((performance.timeOrigin + performance.now()) * 1000) / GRAIN) * GRAIN,
      steady: () => Math.floor(((performance.now() - base) * 1000) / GRAIN) * GRAIN,
      sleep: (milliseconds, block) => block(milliseconds),
      restart: (elapsed = 0) => {
        base = performance.now() - elapsed / 1000
      },
    }
  }
  return {
    wall: () => policy.fixed * 1000 + slept,
    steady: () => slept,
    sleep: (milliseconds) => {
      slept += Math.round(milliseconds * 1000)
    },
    restart: (elapsed = 0) => {
      slept = elapsed
    },
  }
}

/** Fills buffers of at most 65,536 bytes. */
export interface RandomSource {
  fill(bytes: Uint8Array): void
  /** Four words, by which {@link restart} goes on from here; zeros where there is nothing to go on from. */
  state(): readonly number[]
  /** Begins anew, or where it stood. */
  restart(state?: readonly number[]): void
}

/** A seeded source is for repeatable runs, never for secrets: sfc32, seeded from the low and high words of `seed`. */
export function createRandom(policy: RandomPolicy): RandomSource {
  if (policy === 'real')
    return {
      fill: (bytes) => {
        crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>)
      },
      state: () => [0, 0, 0, 0],
      restart() {},
    }
  let a = 0,
    b = 0,
    c = 0,
    d = 0
  const next = (): number => {
    const t = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + t) | 0
    return t
  }
  const restart = (state?: readonly number[]): void => {
    if (state) {
      ;[a, b, c, d] = state as [number, number, number, number]
      return
    }
    ;[a, b, c, d] = [policy.seed | 0, Math.trunc(policy.seed / 2 ** 32) | 0, 0x9e3779b9 | 0, 1]
    for (let i = 0; i < 15; i++) next()
  }
  restart()
  return {
    fill: (bytes) => {
      for (let i = 0; i < bytes.length; i++) bytes[i] = next() >>> 24
    },
    state: () => [a, b, c, d],
    restart,
  }
}
