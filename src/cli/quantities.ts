/** Limits on the command line: numbers with units, as `--timeout 2s` and `--limit outputBytes=64m`. */
import { nearest } from '../check/nearest.js'
import { LIMIT_NAMES, LIMITS, type Limits } from '../policy/limits.js'
import type { Arguments, Option } from './command.js'
import { UsageError } from './status.js'

/** What a unit is worth in the limit's own; the one without a name is that of a plain number. */
type Units = Readonly<Record<string, number>>

/** The units that a limit may be given in, by the unit it has. A plain number is in the limit's own. */
const UNITS: Readonly<Record<string, Units>> = {
  milliseconds: { ms: 1, s: 1000, m: 60_000, h: 3_600_000, '': 1 },
  MiB: { m: 1, mb: 1, mib: 1, g: 1024, gb: 1024, gib: 1024, '': 1 },
  bytes: {
    ...{ b: 1, k: 1 << 10, kb: 1 << 10, kib: 1 << 10 },
    ...{ m: 1 << 20, mb: 1 << 20, mib: 1 << 20, g: 1 << 30, gb: 1 << 30, gib: 1 << 30, '': 1 },
  },
}
/** Of everything that is counted. */
const COUNTS: Units = { k: 1e3, m: 1e6, g: 1e9, '': 1 }

/** Limits with an option of their own, whose plain numbers are in the unit that people think in. */
const OWN: Readonly<Record<string, { readonly limit: keyof Limits; readonly plain: number }>> = {
  timeout: { limit: 'wallMs', plain: 1000 },
  memory: { limit: 'memoryMb', plain: 1 },
  fuel: { limit: 'fuel', plain: 1 },
}

/** The options, of `run`, `repl` and `policy`. Each takes the place of one limit of the policy's. */
export const LIMIT_OPTIONS: Readonly<Record<string, Option>> = {
  timeout: { argument: 'TIME', describe: 'Wall time: 2s, 500ms, 1m; a plain number is seconds' },
  memory: { argument: 'SIZE', describe: "The guest's memory: 256m, 1g; a plain number is MiB" },
  fuel: {
    argument: 'TICKS',
    describe: 'Steps of the interpreter, about 51 loop turns each: 50000, 10m',
  },
  limit: {
    argument: 'NAME=VALUE',
    many: true,
    describe: `Any limit of a policy, as outputBytes=64m: ${LIMIT_NAMES.join(', ')}`,
  },
}

/** The limits that the options set. @throws UsageError for what is no quantity, or none that the limit can have. */
export function limitsOf(args: Arguments): Partial<Limits> {
  const limits: Partial<Record<keyof Limits, number>> = {}
  const set = (option: string, limit: keyof Limits, text: string, plain = 1): void => {
    if (limits[limit] !== undefined) throw new UsageError(`${option}: ${limit} is given twice`)
    limits[limit] = quantity(option, limit, text, plain)
  }
  for (const [name, { limit, plain }] of Object.entries(OWN)) {
    const text = args.value(name)
    if (text !== undefined) set(`--${name}`, limit, text, plain)
  }
  for (const word of args.values('limit')) {
    const equals = word.indexOf('=')
    if (equals < 1) throw new UsageError(`--limit: "${word}" is not NAME=VALUE, as fuel=10m`)
    const name = word.slice(0, equals).trim()
    set(`--limit ${name}`, limitNamed(name), word.slice(equals + 1))
  }
  return limits
}

/** The option that sets a limit, for messages: `--timeout`, `--limit outputBytes=…`. */
function optionFor(limit: string): string {
  const own = Object.entries(OWN).find(([, one]) => one.limit === limit)?.[0]
  return own === undefined ? `--limit ${limit}=…` : `--${own}`
}

/** A message of the library's with the way out as it is on the command line. */
export function withOptions(message: string): string {
  return message.replace(/policy\.limits\.(\w+)/g, (_, limit: string) => optionFor(limit))
}

function limitNamed(name: string): keyof Limits {
  const found = LIMIT_NAMES.find((one) => one === name)
  if (found !== undefined) return found
  const close = nearest(name, LIMIT_NAMES)
  throw new UsageError(
    `--limit: there is no limit "${name}"${close === undefined ? '' : `; did you mean ${close}?`} (known: ${LIMIT_NAMES.join(', ')})`,
  )
}

/** A number with a unit that the limit may be given in. @throws UsageError for what is none, or out of the limit's range. */
export function quantity(option: string, limit: keyof Limits, text: string, plain = 1): number {
  const { min, max, unit } = LIMITS[limit]
  const units: Units = { ...(UNITS[unit] ?? COUNTS), '': plain }
  const [, digits, name] = /^(\d+(?:[._]\d+)*)([a-z]*)$/i.exec(text.trim()) ?? []
  const number = Number(digits?.replaceAll('_', ''))
  const factor = Object.entries(units).find(([one]) => one === name?.toLowerCase())?.[1]
  if (Number.isNaN(number) || factor === undefined) {
    const known = Object.keys(units).filter(Boolean).join(', ')
    throw new UsageError(`${option}: "${text}" is not a number with one of the units ${known}`)
  }
  const value = Math.round(number * factor)
  if (value < min || value > max)
    throw new UsageError(`${option}: must be from ${min} to ${max} ${unit}, not ${value}`)
  return value
}
