import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Tests that start no worker and take no minute: what a contributor runs after each change. `npm run test:fast`. */
const FAST = [
  'agreement',
  'cli-parse',
  'compile',
  'facets',
  'guards',
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

/** The files that take longest begin first: one that began last would have the other worker wait for it. */
const LONG = [
  'redteam',
  'readme',
  'session-memory',
  'image',
  'floor-open',
  'evaluate-escapes',
  'audit',
  'cli-run',
  'limits',
  'compile-apart',
  'deep-sources',
  'guards-broken',
  'files-attacks',
].map((name) => `/test/${name}.test.ts`)

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONG.findIndex((name) => moduleId.endsWith(name))
      return at < 0 ? LONG.length : at
    }
    return [...files].sort((a, b) => place(a) - place(b) || (a.moduleId < b.moduleId ? -1 : 1))
  }
}

/** Files that leave their process as no other may find it: tree-sitter started by somebody else, and crashed. */
const ALONE = ['test/syntax-cursor.test.ts']

/**
 * Two workers at most: tests start guests of their own, and a machine of two cores must not starve them. A worker runs one file
 * after another without starting anew: modules are loaded once, and V8 keeps the guest's compiled code.
 */
export default defineConfig(({ mode }) => {
  const include = mode === 'fast' ? FAST : ['test/**/*.test.ts']
  return {
    test: {
      globalSetup: 'test/support/build-guard.ts',
      testTimeout: 120_000,
      hookTimeout: 180_000,
      maxWorkers: 2,
      sequence: { sequencer: LongestFirst },
      projects: [
        {
          extends: true,
          test: {
            name: 'shared',
            include,
            exclude: ALONE,
            isolate: false,
            setupFiles: 'test/support/setup.ts',
          },
        },
        { extends: true, test: { name: 'alone', include: ALONE } },
      ],
    },
  }
})
