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

interface Line extends Verdict {
  readonly matcher: Ignore
  readonly stars: number
}

/** The most ways in which a pattern's stars may be laid over a path. Ten million take some 50 ms. */
const MOST_WAYS = 1e7

/** The patterns of one file, relative to the folder that it is in. */
export class IgnorePatterns {
  /** The last line first. */
  private readonly lines: readonly Line[]

  constructor(
    private readonly base: string,
    text: string,
    from: (line: number) => string,
  ) {
    this.lines = text
      .split(/\r?\n/)
      .flatMap((line, index) => parseLine(line, from(index + 1)))
      .reverse()
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
    if (inside === '') return undefined
    const name = isFolder ? `${inside}/` : inside
    return this.lines.find(
      ({ matcher, stars }) => ways(name.length, stars) <= MOST_WAYS && matcher.ignores(name),
    )
  }
}

function parseLine(line: string, from: string): readonly Line[] {
  const rule = line.trim()
  if (rule === '' || rule.startsWith('#')) return []
  const out = !line.startsWith('!')
  const matcher = ignore({ ignorecase: false }).add(out ? line : line.slice(1))
  return [{ rule, from, out, matcher, stars: rule.match(/\*+/g)?.length ?? 0 }]
}

/** In how many ways `stars` places can be chosen along `length`. */
function ways(length: number, stars: number): number {
  let number = 1
  for (let at = 0; at < stars; at++) number *= Math.max(1, (length - at) / (at + 1))
  return number
}
