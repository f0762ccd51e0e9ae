/** What a compile worker is asked: sources under one policy, each a job. Written by the host, read in the worker. */
import type { Mode } from '../check/options.js'
import type { Grants } from '../check/checker.js'
import type { ModuleGrants, OwnModules } from '../check/place.js'
import type { Limits } from '../policy/limits.js'
import type { ResolvedPolicy } from '../policy/policy.js'
import type { SourceLimits } from '../syntax/examine.js'
import { decodeValue, encodeValue, type Value } from '../trusted/channel/values.js'
import { ProtocolError } from '../trusted/channel/frames.js'
import { modulesOf, type ModuleSet } from '../trusted/language/modules.js'

/** One source, and what is to become of it. */
export interface Job {
  readonly source: string
  readonly mode: Mode
  readonly filename: string
  /** The names it may read besides builtins; null: any; 'inferred': an expression's own, which the answer tells. */
  readonly parameters: readonly string[] | null | 'inferred'
  /** Whether it becomes a function of its parameters; an expression only. */
  readonly asFunction: boolean
  /** The parameters of the function whose body the source is; null for any other. */
  readonly formals: readonly string[] | null
  /** Names that the guest has besides: it may read them, whatever `parameters` says. */
  readonly provided: readonly string[]
  /** Of a program: the package that its relative imports begin in; null: none. */
  readonly package: string | null
  /** Of a module of the host's own: the package it is in, or is (empty: none), and whether only its surface is asked for. */
  readonly module: { readonly inside: string; readonly isSurface: boolean } | null
  /** Whether it is text that a guest evaluates: it cannot await, and its global names are those of a dict of the guest's. */
  readonly evaluated: boolean
  /** Whether that text is interactive: its expression statements show their values. */
  readonly shows: boolean
}

/** What a policy says that decides how a source is compiled: what `check` looks at, and more. */
export interface CompileTerms extends Grants {
  /** Modules of the host's own. */
  readonly own: OwnModules
  readonly limits: SourceLimits & Pick<Limits, 'codeBytes' | 'compileMs'>
}

/** Them as they are written: of a set of modules that are granted whole, its name. */
type WrittenTerms = Omit<CompileTerms, 'modules'> & { readonly modules: ModuleSet | ModuleGrants }

/** A policy's terms as text, by which workers keep what they made of one. `whole`: it grants every module of that set whole. */
export function termsText(
  { language, modules, builtins, dunders, evaluate, limits }: ResolvedPolicy,
  whole: ModuleSet | undefined,
  own: OwnModules,
): string {
  const { sourceBytes, depth, codeBytes, compileMs } = limits
  return writeTerms({
    language,
    modules: whole ?? modules,
    builtins,
    own,
    dunders,
    evaluate,
    limits: { sourceBytes, depth, codeBytes, compileMs },
  })
}

/** What `check` looks at and this left out would hold in `check`, and not in `run`: the type asks for all of it. */
export const writeTerms = (terms: WrittenTerms): string => JSON.stringify(terms)

/** The terms that {@link termsText} wrote. */
export function readTerms(text: string): CompileTerms {
  const terms = JSON.parse(text) as WrittenTerms
  // Without a prototype, so that no module is inherited.
  const modules = Object.create(null) as Record<string, readonly string[]>
  const own = Object.assign(Object.create(null), terms.own) as OwnModules
  return {
    ...terms,
    own,
    modules: Object.assign(
      modules,
      typeof terms.modules === 'string' ? modulesOf(terms.modules) : terms.modules,
    ),
  }
}

/** The bytes of one batch: terms that hold for all of its jobs, and the jobs in their order. */
export function encodeJobs(terms: string, jobs: readonly Job[]): Uint8Array {
  return encodeValue({
    terms,
    jobs: jobs.map(({ source, ...job }) => ({
      ...job,
      // A text with half of a surrogate pair is refused by the check, and must first get there.
      source: isWellFormed(source) ? source : Buffer.from(source, 'utf16le'),
    })) as unknown as Value,
  })
}

/** The host is believed what it asks; only that it is the host's is checked. @throws ProtocolError */
export function decodeJobs(bytes: Uint8Array): { terms: string; jobs: readonly Job[] } {
  const value = decodeValue(bytes, { bytes: bytes.length }) as unknown
  const { terms, jobs } = value as { terms: unknown; jobs: unknown }
  if (typeof terms !== 'string' || !Array.isArray(jobs)) throw new ProtocolError('no jobs')
  return {
    terms,
    jobs: (jobs as (Omit<Job, 'source'> & { source: string | Uint8Array })[]).map((job) => ({
      ...job,
      source:
        typeof job.source === 'string' ? job.source : Buffer.from(job.source).toString('utf16le'),
    })),
  }
}

/** Every engine we support has the method; the library that TypeScript is told of (ES2023) has not. */
function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}
