/** `--input name=json` and `--inputs FILE`: the values a program is given as its globals. */
import { readFileSync } from 'node:fs'
import { JsonError, parseJsonc } from '../policy/jsonc.js'
import type { Value } from '../trusted/channel/values.js'
import type { Arguments, Option } from './command.js'
import { reason } from './read-source.js'
import { UsageError } from './status.js'

/** The two options, of `run`. */
export const INPUT_OPTIONS: Readonly<Record<string, Option>> = {
  input: {
    argument: 'NAME=JSON',
    many: true,
    describe: 'A global of the program, as name=json; may be given several times',
  },
  inputs: {
    argument: 'FILE',
    describe: 'Globals of the program: a JSON file with one object of them; - for stdin',
  },
}

/** The inputs by name; those of `--input` replace those of the file. @throws UsageError for what is not JSON, or given twice. */
export function inputsOf(args: Arguments): ReadonlyMap<string, Value> {
  const file = args.value('inputs')
  const inputs = new Map<string, Value>(file === undefined ? [] : fromFile(file))
  const seen = new Set<string>()
  for (const text of args.values('input')) {
    const equals = text.indexOf('=')
    if (equals < 1) throw new UsageError(`--input: "${text}" is not name=json`)
    const name = text.slice(0, equals).trim()
    if (seen.has(name)) throw new UsageError(`--input: ${name} is given twice`)
    seen.add(name)
    inputs.set(name, json(text.slice(equals + 1), `--input ${name}`, name))
  }
  return inputs
}

function fromFile(file: string): readonly (readonly [string, Value])[] {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file === '-' ? 0 : file))
  } catch (error) {
    throw new UsageError(`cannot read the inputs ${file}: ${reason(error)}`)
  }
  const name = file === '-' ? 'the inputs on stdin' : file
  const value = json(text, name)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${name}: must hold one JSON object of inputs`)
  }
  return Object.entries(value as Readonly<Record<string, Value>>)
}

function json(text: string, where: string, name?: string): Value {
  try {
    return parseJsonc(text, { bigIntegers: true }) as Value
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    // `--input name=hello`: the shell has taken the quotes, or there were none.
    const isWord = name !== undefined && /^[\w .-]+$/.test(text)
    throw new UsageError(
      `${where}: not JSON: ${error.message}${
        isWord ? `; a string needs quotes within those of the shell: '${name}="${text}"'` : ''
      }`,
    )
  }
}
