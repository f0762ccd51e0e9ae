/** What tests tell workers that they start themselves, and the limits of calls to these. */
export const SETUP = {
  clock: 'real',
  random: 'real',
  memoryBytes: 1 << 28,
  maxFrameBytes: 1 << 28,
} as const

export const LIMITS = {
  wallMs: 5_000,
  fuel: 1e9,
  memoryBytes: 1 << 28,
  outputBytes: 0,
  responseBytes: 1 << 20,
} as const
