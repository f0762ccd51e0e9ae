/**
 * What a guest may call, import and not do, told from the policy and the options themselves: type stubs for editors and type
 * checkers, and a text for a language model that is to write a program.
 */
import { resolvePolicy, type Policy, type ResolvedPolicy } from '../policy/policy.js'
import { ALL_GRANTS, hasFileModules } from '../policy/keys/modules.js'
import { ArgumentError } from '../errors.js'
import type { Granted } from '../trusted/broker/calls.js'
import { Awaitable, Capability } from '../trusted/broker/capability.js'
import {
  BUILTINS,
  DENIED_BUILTINS,
  EVALUATORS,
  GUARDED_BUILTINS,
} from '../trusted/language/language.js'
import { resolveEffects, type EffectOptions } from './effects.js'
import { checkKeys, checkRecord } from './records.js'

/** What is told of a function or an object, by its name: `search`, `doc.save`, `erp.lookup`. */
export interface About {
  /** Its parameters and result as Python annotates them: `(query: str, limit: int = 10) -> list[str]`. */
  readonly signature?: string | undefined
  /** What it does, in a sentence or two. */
  readonly text?: string | undefined
}

/** What is described: the grants of a host, and what it tells of each. */
export interface DescribeOptions
  extends Pick<EffectOptions, 'capabilities' | 'modules' | 'errors'> {
  /** What the host tells of its functions and objects, by name. What is left out is told by its name alone. */
  readonly about?: Readonly<Record<string, About>> | undefined
}

/** What a guest may call, as a text for a model and as stubs for a type checker. */
export interface Description {
  /** Python stubs: of the globals under `''`, of each module of the host's under its name. Texts of `.pyi` files. */
  readonly stubs: Readonly<Record<string, string>>
  /** English, for a language model: what there is, and what is refused. */
  readonly text: string
}

/**
 * Describes what guests of a sandbox with this policy and these options have.
 * @throws PolicyError, ArgumentError as `createSandbox` does; ArgumentError for an `about` of what is not granted
 * @example
 * const { text } = describe({ preset: 'agent' }, { capabilities: { search: awaitable(find) } })
 */
export function describe(policy?: Policy, options: DescribeOptions = {}): Description {
  checkRecord(options, 'options')
  checkKeys(options, ['capabilities', 'modules', 'errors', 'about'], 'options', 'option')
  const resolved = resolvePolicy(policy)
  const host = resolveEffects(options, resolved)
  const { about = {}, errors = {} } = options
  const stubs: Record<string, string> = {}
  const told = new Set<string>()
  const stubsOf = (granted: Readonly<Record<string, Granted>>, prefix: string): string[] =>
    Object.entries(granted).flatMap(([name, value]) => stubOf(name, value, prefix, about, told))
  const globals = [
    ...Object.entries(errors).map(([name, base]) => `class ${name}(${base}): ...`),
    ...stubsOf(options.capabilities ?? {}, ''),
  ]
  if (globals.length > 0) stubs[''] = textOf(globals)
  for (const [module, granted] of host?.modules.granted ?? [])
    stubs[module] = textOf(stubsOf(granted, `${module}.`))
  const strange = Object.keys(about).find((target) => !told.has(target))
  if (strange !== undefined)
    throw new ArgumentError(`options.about.${strange}: nothing of this name is granted`)
  const sources = [...(host?.modules.sources.keys() ?? [])]
  return { stubs, text: paragraphs(resolved, stubs, sources, policy?.network?.allow ?? []) }
}

const textOf = (lines: readonly string[]): string =>
  ['from typing import Any', '', ...lines, ''].join('\n')

/** The stub of a function, or of an object and its class. */
function stubOf(
  name: string,
  value: Granted,
  prefix: string,
  about: Readonly<Record<string, About>>,
  told: Set<string>,
): string[] {
  const target = `${prefix}${name}`
  if (!(value instanceof Capability)) {
    const call = value instanceof Awaitable ? value.call : value
    return functionOf(name, target, call, value instanceof Awaitable, false, about, told)
  }
  told.add(target)
  const { methods, awaitable, read, write, items } = value.shown
  const methodOf = (method: string): unknown => (value.object as Record<string, unknown>)[method]
  const members = [
    ...read.map((one) => `${one}: Any${write.includes(one) ? '' : '  # read only'}`),
    ...write.filter((one) => !read.includes(one)).map((one) => `${one}: Any  # write only`),
    ...methods.flatMap((one) =>
      functionOf(one, `${target}.${one}`, methodOf(one), false, true, about, told),
    ),
    ...awaitable.flatMap((one) =>
      functionOf(one, `${target}.${one}`, methodOf(one), true, true, about, told),
    ),
    ...(items === false ? [] : ITEMS),
    ...(items === true ? WRITTEN_ITEMS : []),
  ]
  const text = about[target]?.text
  return [
    `class _${name}:`,
    ...(text === undefined ? [] : [`    ${JSON.stringify(text)}`]),
    ...(members.length > 0 ? members : ['...']).map((line) => `    ${line}`),
    `${name}: _${name}`,
  ]
}

const ITEMS = [
  'def __getitem__(self, key: Any, /) -> Any: ...',
  'def __contains__(self, key: Any, /) -> bool: ...',
  'def __len__(self) -> int: ...',
]
const WRITTEN_ITEMS = [
  'def __setitem__(self, key: Any, value: Any, /) -> None: ...',
  'def __delitem__(self, key: Any, /) -> None: ...',
]

function functionOf(
  name: string,
  target: string,
  call: unknown,
  isAwaited: boolean,
  isMethod: boolean,
  about: Readonly<Record<string, About>>,
  told: Set<string>,
): string[] {
  told.add(target)
  const { signature = `(${parametersOf(call, isAwaited)}) -> Any`, text } = about[target] ?? {}
  const own = isMethod
    ? signature.replace(/^\(\s*(\)?)/, (_, end) => (end ? '(self)' : '(self, '))
    : signature
  const head = `${isAwaited ? 'async ' : ''}def ${name}${own}:`
  return text === undefined ? [`${head} ...`] : [head, `    ${JSON.stringify(text)}`, '    ...']
}

/** The parameters that JavaScript's own text tells, where all of them are plain names; the last of an awaited one is its context. */
function parametersOf(call: unknown, isAwaited: boolean): string {
  const text = /^(?:async\s+)?(?:function\s*\*?\s*)?[\w$]*\s*\(([^()]*)\)/.exec(String(call))?.[1]
  const listed = text
    ?.split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
  const names = listed?.filter(
    (one, index) => !(isAwaited && index === listed.length - 1 && one.startsWith('{')),
  )
  if (!names?.every((one) => /^[A-Za-z]\w*$/.test(one))) return '*args: Any, **kwargs: Any'
  return names.length === 0 ? '' : `${names.map((one) => `${one}: Any`).join(', ')}, /`
}

function paragraphs(
  policy: ResolvedPolicy,
  stubs: Readonly<Record<string, string>>,
  sources: readonly string[],
  origins: readonly (string | { readonly origin: string | readonly string[] })[],
): string {
  const { limits, filesystem } = policy
  const body = (module: string): string =>
    stubs[module]!.replace('from typing import Any\n\n', '').trimEnd()
  const mounts = Object.entries(filesystem)
  const globals =
    stubs[''] === undefined ? [] : ['These names are there without an import:', fenced(body(''))]
  const modules = Object.keys(stubs).filter((module) => module !== '')
  return (
    [
      'Write Python 3.14. It runs in a sandbox, without processes, threads or packages. What it prints is its output; ' +
        'the value of its last expression is its result.',
      ...globals,
      ...modules.flatMap((module) => [`\`import ${module}\` gives:`, fenced(body(module))]),
      ...(sources.length > 0 ? [`These modules can be imported too: ${sources.join(', ')}.`] : []),
      ...languageText(policy),
      origins.length === 0
        ? 'There is no network.'
        : `Requests may go to ${origins.flatMap((one) => (typeof one === 'string' ? one : one.origin)).join(', ')}, by urllib.request, and nowhere else.`,
      mounts.length === 0
        ? `There are no files${hasFileModules(policy.modules) ? ': `os` and `pathlib` find an empty folder that nobody can write to' : ''}.`
        : `Files are there below ${mounts.map(([path, mount]) => `${path} (${accessOf(mount)})`).join(', ')}.`,
      `It may take ${limits.wallMs / 1000} s and ${limits.memoryMb} MiB, and print ${limits.outputBytes} bytes. Beyond that it is stopped.`,
    ].join('\n\n') + '\n'
  )
}

const fenced = (text: string): string => `\`\`\`python\n${text}\n\`\`\``

const accessOf = (mount: object): string =>
  'memory' in mount
    ? 'in memory'
    : ((
        { read: 'read only', overlay: 'changes are not kept', write: 'read and write' } as Record<
          string,
          string
        >
      )[(mount as { access: string }).access] ?? 'read only')

/** What of Python there is, and what is refused. */
function languageText(policy: ResolvedPolicy): string[] {
  if (policy.language === 'full')
    return [
      'All of Python is there, and its standard library, but for what needs threads, sockets, processes, ctypes or a screen.',
    ]
  return [
    modulesText(policy),
    ...builtinsText(policy),
    'Refused before it runs: names with two underscores at both ends, but for the special methods of classes; `from m import *` of ' +
      'library modules; metaclasses other than ABCMeta; names of frames, code and generators such as `f_back` and `gi_frame`.',
  ]
}

const EVALUATED =
  '`eval`, `exec` and `compile` take text that keeps to these same rules; other text raises SyntaxError.'

function modulesText({ modules }: ResolvedPolicy): string {
  const names = Object.keys(modules)
    .filter((name) => !name.startsWith('_'))
    .sort()
  if (names.length === 0) return 'No module of the standard library can be imported.'
  const whole = names.filter((name) => modules[name]!.length === ALL_GRANTS[name]?.length)
  const parts = names.filter((name) => !whole.includes(name))
  return [
    `Of the standard library it can import: ${[...whole, ...parts.map((name) => `${name} (only ${modules[name]!.join(', ')})`)].join(', ')}.`,
    'They show the names that compute, not those that reach processes or the interpreter. Every other module is refused.',
  ].join(' ')
}

function builtinsText({ builtins, evaluate }: ResolvedPolicy): string[] {
  const permitted = [...BUILTINS, ...GUARDED_BUILTINS]
  const missing = [
    ...Object.keys(DENIED_BUILTINS).filter(
      (name) => DENIED_BUILTINS[name] !== '' && !(evaluate && EVALUATORS.includes(name)),
    ),
    ...permitted.filter((name) => !builtins.includes(name)),
  ]
  const told = evaluate ? [EVALUATED] : []
  if (builtins.length * 2 < permitted.length)
    return [`Of the builtins there are only: ${builtins.join(', ')}.`, ...told]
  return [`These builtins are missing: ${missing.join(', ')}.`, ...told]
}
