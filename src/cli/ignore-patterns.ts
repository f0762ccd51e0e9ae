/**
 * Patterns as in a `.gitignore`, of one file or of the command line. The last pattern that matches decides. A pattern that could
 * take long to match is not applied: whoever wrote the `.gitignore` may be who is checked, and a file more is checked then.
 */
import ignore, { type Ignore } from 'ignore'
import { relative, sep } from 'node:path'

/** Why something is left out. */
export interface Reason {
  /** The pattern, or the name of the folder. */
  readonly rule: string
  /** Where that is said: `usual folders`, `.gitignore:3`, `--exclude`. */
  readonly from: string
}

/** What the patterns say of one path: whether it is left out, and by which of them. */
export interface Verdict extends Reason {
  readonly out: boolean
}

/** The most ways in which a pattern's stars may be laid over a path. Ten million take some 50 ms. */
const MOST_WAYS = 1e7
/** Stars in one pattern, and patterns in one file, that are looked at. */
const MOST_STARS = 8
const MOST_PATTERNS = 1_000

/** One pattern, with how many stars it has. */
interface Pattern {
  readonly pattern: string
  readonly mark: string
  readonly stars: number
}

/** The patterns of one file, relative to the folder that it is in. */
export class IgnorePatterns {
  private readonly patterns: readonly Pattern[]
  /** By how many stars the patterns in it have at most. */
  private readonly matchers = new Map<number, Matchers>()

  constructor(
    private readonly base: string,
    text: string,
    private readonly from: (line: number) => string,
  ) {
    const patterns = text.split(/\r?\n/).flatMap((pattern, index): Pattern[] => {
      if (pattern.trim() === '' || pattern.startsWith('#')) return []
      return [{ pattern, mark: String(index + 1), stars: pattern.match(/\*+/g)?.length ?? 0 }]
    })
    this.patterns = patterns.length > MOST_PATTERNS ? [] : patterns
  }

  /** What is said of a path, undefined when nothing is. `path` is absolute. */
  judge(path: string, isFolder: boolean): Verdict | undefined {
    // What is outside of the folder is matched by the end of its path.
    const inside = relative(this.base, path)
      .split(sep)
      .filter(
        (part, index, all) => part !== '..' || all.slice(0, index).some((one) => one !== '..'),
      )
      .join('/')
    if (inside === '' || this.patterns.length === 0) return undefined
    const name = isFolder ? `${inside}/` : inside
    const { takes, keeps } = this.matchersFor(name.length)
    const { ignored, rule } = takes.test(name)
    if (ignored) return { out: true, rule: rule!.pattern, from: this.from(Number(rule!.mark)) }
    // It may be kept from what the patterns of a folder above say.
    return keeps.ignores(name) ? { out: false, rule: '', from: '' } : undefined
  }

  /** The patterns that are matched against a path of this length in time: all of them, and those with a `!` alone. */
  private matchersFor(length: number): Matchers {
    let most = MOST_STARS
    while (most > 0 && ways(length, most) > MOST_WAYS) most--
    let matchers = this.matchers.get(most)
    if (matchers === undefined) {
      const patterns = this.patterns.filter(({ stars }) => stars <= most)
      const kept = patterns.filter(({ pattern }) => pattern.startsWith('!'))
      matchers = {
        takes: ignore(OPTIONS).add(patterns),
        keeps: ignore(OPTIONS).add(kept.map(({ pattern }) => pattern.slice(1))),
      }
      this.matchers.set(most, matchers)
    }
    return matchers
  }
}

const OPTIONS = { ignorecase: false }

interface Matchers {
  readonly takes: Ignore
  readonly keeps: Ignore
}

/** In how many ways `stars` places can be chosen along `length`. */
function ways(length: number, stars: number): number {
  let number = 1
  for (let at = 0; at < stars; at++) number *= Math.max(1, (length - at) / (at + 1))
  return number
}
