/**
 * The option `modules`: what a program may import beside the library. A module is guest source, checked and run as the program is,
 * or functions and objects of the host's under a name. All of them are compiled when a sandbox is made.
 */
import { checkName } from '../check/host-names.js'
import type { OwnModule, OwnModules } from '../check/place.js'
import { termsText, type Job } from '../compile/jobs.js'
import { ArgumentError, ClosedError, ModuleError } from '../errors.js'
import { setOf } from '../policy/keys/modules.js'
import type { ResolvedPolicy } from '../policy/policy.js'
import type { Granted } from '../trusted/broker/calls.js'
import type { CompileService } from './compile-service.js'
import { outcomeOf } from './compiler.js'
import { Code, type SourceText } from './code.js'
import { describeOutcome } from './outcome.js'
import { CANCELLED } from './tenants.js'
import { checkRecord } from './records.js'

/** A module: its Python, or what the host grants under its name. */
export type GuestModule = string | Readonly<Record<string, Granted>>

/** @internal The modules, checked. */
export interface ResolvedModules {
  readonly sources: ReadonlyMap<string, string>
  readonly granted: ReadonlyMap<string, Readonly<Record<string, Granted>>>
}

/**
 * @internal The option `modules`, parted into Python and what of the host's is granted.
 * @throws ArgumentError for a name that no program could import, and for what is no module
 */
export function resolveModules(
  modules: Readonly<Record<string, GuestModule>> = {},
): ResolvedModules {
  checkRecord(modules, 'options.modules')
  const sources = new Map<string, string>()
  const granted = new Map<string, Readonly<Record<string, Granted>>>()
  for (const [name, module] of Object.entries(modules) as [string, unknown][]) {
    const at = `options.modules.${name}`
    for (const part of name.split('.')) checkPublic(part, at)
    if (typeof module === 'string') sources.set(name, module)
    else if (typeof module !== 'object' || module === null || Array.isArray(module))
      throw new ArgumentError(
        `${at}: must be Python, or an object of functions and objects by name`,
      )
    else {
      for (const one of Object.keys(module)) {
        checkPublic(one, at)
        if (Object.hasOwn(modules, `${name}.${one}`))
          throw new ArgumentError(`${at}.${one}: there is a module of the same name`)
      }
      granted.set(name, module as Readonly<Record<string, Granted>>)
    }
  }
  return { sources, granted }
}

/** An import reads names as attributes, past every guard: private ones it may not. */
function checkPublic(name: string, at: string): void {
  checkName(name, at)
  if (name.startsWith('_')) throw new ArgumentError(`${at}: a private name cannot be imported`)
}

/** @internal What became of them. */
export interface CompiledModules {
  /** Their code, by their names. */
  readonly codes: ReadonlyMap<string, Code>
  /** What programs see of them. */
  readonly own: OwnModules
}

/**
 * @internal Compiles them, under the policy of programs, as `provided` names are there for both.
 * @throws ModuleError for the first that is refused
 */
export async function compileModules(
  { sources, granted }: ResolvedModules,
  service: CompileService,
  policy: ResolvedPolicy,
  provided: readonly string[],
): Promise<CompiledModules> {
  const own: Record<string, OwnModule> = {}
  for (const [name, shown] of granted) {
    const names = Object.keys(shown)
    own[name] = { shows: names, star: names }
  }
  if (sources.size === 0) return { codes: new Map(), own }
  const names = [...sources.keys(), ...granted.keys()]
  const texts = [...sources].map(([name, source]) => textOf(name, source, names))
  const answersOf = async (isSurface: boolean) => {
    const answers = await service.compile({
      terms: termsText(policy, setOf(policy.modules), own),
      policy,
      jobs: texts.map(({ text, inside }) => jobOf(text, inside, isSurface, provided)),
      signals: [],
    })
    if (answers === CANCELLED) throw new ClosedError('the sandbox was closed')
    return answers
  }
  // First what each binds, which decides what a star imports of it.
  for (const name of sources.keys()) own[name] = { shows: ['*'], star: [] }
  const surfaces = new Map<string, Surface>()
  for (const [index, answer] of (await answersOf(true)).entries())
    surfaces.set(texts[index]!.name, readSurface(answer.kind === 'code' ? answer.guarded : ''))
  for (const name of sources.keys()) own[name] = visible(name, surfaces, own, new Set())
  const codes = new Map<string, Code>()
  for (const [index, answer] of (await answersOf(false)).entries()) {
    const { name, text } = texts[index]!
    const code = outcomeOf(text, answer)
    if (!(code instanceof Code)) {
      const diagnostics = code.status === 'refused' ? code.diagnostics : []
      const first = diagnostics[0]?.span.start
      const at = first === undefined ? '' : `${text.filename}:${first.line}:${first.column}: `
      throw new ModuleError(
        `options.modules.${name}: ${at}${describeOutcome(code)}`,
        name,
        diagnostics,
      )
    }
    codes.set(name, code)
  }
  return { codes, own }
}

/** A module as a source, and the package that it is in, or is. */
function textOf(
  name: string,
  source: string,
  names: readonly string[],
): { readonly name: string; readonly text: SourceText; readonly inside: string } {
  const isPackage = names.some((other) => other.startsWith(`${name}.`))
  const path = name.replaceAll('.', '/')
  const filename = isPackage ? `${path}/__init__.py` : `${path}.py`
  const inside = isPackage ? name : name.slice(0, Math.max(0, name.lastIndexOf('.')))
  return { name, text: { source, mode: 'exec', filename, parameters: undefined }, inside }
}

function jobOf(
  { source, mode, filename }: SourceText,
  inside: string,
  isSurface: boolean,
  provided: readonly string[],
): Job {
  const module = { inside, isSurface }
  const none = { parameters: null, asFunction: false, formals: null }
  const rest = { provided, package: null, module, evaluated: false, shows: false }
  return { source, mode, filename, ...none, ...rest }
}

interface Surface {
  readonly names: readonly string[]
  readonly all: readonly string[] | undefined
  readonly starred: readonly string[]
}

/** As much of a compile worker's answer as is a surface. */
function readSurface(json: string): Surface {
  let told: unknown
  try {
    told = JSON.parse(json)
  } catch {}
  const fields = (typeof told === 'object' && told !== null ? told : {}) as Record<string, unknown>
  const list = (value: unknown): string[] =>
    Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
  return {
    names: list(fields['names']),
    all: Array.isArray(fields['all']) ? list(fields['all']) : undefined,
    starred: list(fields['starred']),
  }
}

/** What a module shows, with what stars bring into it. */
function visible(
  name: string,
  surfaces: ReadonlyMap<string, Surface>,
  own: OwnModules,
  above: Set<string>,
): OwnModule {
  const surface = surfaces.get(name)
  if (surface === undefined) return Object.hasOwn(own, name) ? own[name]! : { shows: [], star: [] }
  if (above.has(name)) return { shows: surface.names, star: surface.all ?? surface.names }
  above.add(name)
  const brought = surface.starred.flatMap((other) => visible(other, surfaces, own, above).star)
  above.delete(name)
  const shows = [...new Set([...surface.names, ...brought])]
  return { shows, star: surface.all ?? shows }
}
