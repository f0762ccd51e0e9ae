import { defineConfig } from 'vitest/config'

/** Tests that start no worker and take no minute: what a contributor runs after each change. `npm run test:fast`. */
const FAST = [
  'agreement',
  'cli-parse',
  'compile',
  'facets',
  'guards',
  'inline',
  'kinds',
  'layers',
  'map',
  'matcher',
  'names',
  'policy',
  'report-frame',
  'rewrite',
  'rules',
  'scan',
  'scopes',
  'shapes',
  'syntax',
  'syntax-cursor',
  'syntax-text',
  'verify',
  'verify-table',
  'wire',
].map((name) => `test/${name}.test.ts`)

/** Two workers at most: tests start guests of their own, and a machine of two cores must not starve them. */
export default defineConfig(({ mode }) => ({
  test: {
    include: mode === 'fast' ? FAST : ['test/**/*.test.ts'],
    globalSetup: 'test/support/build-guard.ts',
    testTimeout: 120_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
  },
}))
