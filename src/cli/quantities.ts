/** `--timeout`, `--memory` and `--fuel`: numbers with units, as limits of a policy. */
import { LIMITS, type Limits } from '../policy/limits.js'
import type { Arguments, Option } from './command.js'
import { UsageError } from './status.js'

const SECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  '': 1000,
}
const MEBIBYTES: Readonly<Record<string, number>> = {
  m: 1,
  mb: 1,
  mib: 1,
  g: 1024,
  gb: 1024,
  gib: 1024,
  '': 1,
}
const TICKS: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, g: 1e9, '': 1 }

/** Option → the limit it sets, and what its units are worth in the limit's own. */
const QUANTITIES: Readonly<
  Record<string, { readonly limit: keyof Limits; readonly units: Readonly<Record<string, number>> }>
> = {
  timeout: { limit: 'wallMs', units: SECONDS },
  memory: { limit: 'memoryMb', units: MEBIBYTES },
  fuel: { limit: 'fuel', units: TICKS },
}

export const LIMIT_OPTIONS: Readonly<Record<string, Option>> = {
  timeout: { argument: 'TIME', describe: 'Wall time: 2s, 500ms, 1m; a plain number is seconds' },
  memory: { argument: 'SIZE', describe: "The guest's memory: 256m, 1g; a plain number is MiB" },
  fuel: {
    argument: 'TICKS',
    describe: 'Steps of the interpreter, about 51 loop turns each: 50000, 10m',
  },
}

/** The limits that the options set. @throws UsageError for what is no quantity, or none that the limit can have. */
export function limitsOf(args: Arguments): Partial<Limits> {
  return Object.fromEntries(
    Object.entries(QUANTITIES).flatMap(([name, { limit, units }]) => {
      const text = args.value(name)
      if (text === undefined) return []
      const value = quantity(name, text, units)
      const { min, max, unit } = LIMITS[limit]
      if (value < min || value > max)
        throw new UsageError(`--${name}: must be from ${min} to ${max} ${unit}, not ${value}`)
      return [[limit, value]]
    }),
  )
}

function quantity(name: string, text: string, units: Readonly<Record<string, number>>): number {
  const [, digits, unit] = /^(\d+(?:[._]\d+)*)([a-z]*)$/i.exec(text.trim()) ?? []
  const number = Number(digits?.replaceAll('_', ''))
  const factor =
    unit === undefined
      ? undefined
      : Object.hasOwn(units, unit.toLowerCase())
        ? units[unit.toLowerCase()]
        : undefined
  if (Number.isNaN(number) || factor === undefined) {
    throw new UsageError(
      `--${name}: "${text}" is not a number with one of the units ${Object.keys(units).filter(Boolean).join(', ')}`,
    )
  }
  return Math.round(number * factor)
}
