/** Every rule fixture reports what its comments expect, to the column, and nothing else. */
import { describe, expect, test } from 'vitest'
import { createChecker, type Checker } from '../src/index.js'
import { compare, fixtureNames, readFixture } from './support/fixtures.js'
import type { Policy } from '../src/policy/policy.js'

const checkers = new Map<string, Promise<Checker>>()

function checkerFor(policy: Policy | undefined): Promise<Checker> {
  const key = JSON.stringify(policy ?? null)
  if (!checkers.has(key)) checkers.set(key, createChecker(policy))
  return checkers.get(key)!
}

describe.each(fixtureNames())('%s', (name) => {
  test.each(readFixture(name))(
    '$name',
    async ({ source, options: { policy, ...options }, expected }) => {
      const { ok, diagnostics, warnings } = (await checkerFor(policy)).check(source, options)
      const reported = [['error', diagnostics] as const, ['warning', warnings] as const].flatMap(
        ([severity, found]) =>
          found.map(({ code, span: { start } }) => ({
            severity,
            line: start.line,
            column: start.column,
            code,
          })),
      )
      expect(reported.sort(compare)).toEqual(expected)
      expect(ok).toBe(diagnostics.length === 0)
    },
  )
})
