import { defineConfig } from 'vitest/config'

/** Two workers at most: tests start guests of their own, and a machine of two cores must not starve them. */
export default defineConfig({
  test: { include: ['test/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000, maxWorkers: 2 },
})
