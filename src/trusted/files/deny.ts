/**
 * Names that a mount neither shows nor takes: patterns with `*` and `?`, each for a name at any depth, or with a `/` in it for a path
 * below the mount. What some disk overlooks makes no difference: case, the forms in which Unicode spells the same text, and characters
 * that are not seen.
 */
import type { Path } from './volume.js'

/** The names that one mount denies. */
export interface Denied {
  /** Whether a path below the mount is denied: it, or a folder on its way. */
  has(path: Path): boolean
  /** Whether something below this path may be denied because of where it lies: moved elsewhere, it would not be. */
  mayBeBelow(path: Path): boolean
}

const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu
/** Capitals alone tell no two of `ß`, `ss` and `SS` apart, nor the two small letters of `Σ`. */
const folded = (text: string): string =>
  text.normalize('NFKC').replace(UNSEEN, '').toLowerCase().toUpperCase().normalize('NFKC')

/**
 * A glob: `?` is any character but `/`, `*` any number of these, `**` any number of characters. It is read along a text character by
 * character, at every place at once where it may stand: in time that grows with the text alone, whatever the text is.
 */
class Glob {
  readonly #steps: readonly string[]

  constructor(glob: string) {
    this.#steps = folded(glob).match(/\*+|[^*]/gsu) ?? []
  }

  /** Where it may stand before the first character. */
  get start(): ReadonlySet<number> {
    return this.#from(0, new Set())
  }

  /** Where it may stand after the characters that come next. */
  after(places: ReadonlySet<number>, characters: readonly string[]): ReadonlySet<number> {
    let now = places
    for (const character of characters) {
      if (now.size === 0) break
      const next = new Set<number>()
      for (const place of now) {
        const step = this.#steps[place]
        if (step === undefined) continue
        const isInName = character !== '/'
        if (step.startsWith('**') || (step === '*' && isInName)) this.#from(place, next)
        else if (step === character || (step === '?' && isInName)) this.#from(place + 1, next)
      }
      now = next
    }
    return now
  }

  /** Whether it may be over there. */
  isOver(places: ReadonlySet<number>): boolean {
    return places.has(this.#steps.length)
  }

  /** Whether it is the name, however that is spelled. */
  isName({ plain, whole }: Spelled): boolean {
    return [plain, whole].some((name) => this.isOver(this.after(this.start, name)))
  }

  /** A place, and those behind stars that stand for nothing. */
  #from(place: number, places: Set<number>): Set<number> {
    let at = place
    while (this.#steps[at]?.startsWith('*')) places.add(at++)
    return places.add(at)
  }
}

/** The characters of a name: each folded by itself, and folded as a whole, where one may be two, or a slash. */
interface Spelled {
  readonly plain: readonly string[]
  readonly whole: readonly string[]
}

const spelled = (name: string): Spelled => ({
  plain: Array.from(name, (character) => {
    const alone = folded(character)
    return Array.from(alone).length === 1 && alone !== '/' ? alone : character
  }),
  whole: Array.from(folded(name)),
})

/** Whether the glob is the path, or the path of a folder on its way. */
function isPath(glob: Glob, names: readonly (readonly string[])[]): boolean {
  let places = glob.start
  return names.some((name, index) => {
    places = glob.after(places, index === 0 ? name : ['/', ...name])
    return glob.isOver(places)
  })
}

/** What the patterns deny. An empty list denies nothing. */
export function denier(globs: readonly string[]): Denied {
  const names = globs.filter((glob) => !glob.includes('/')).map((glob) => new Glob(glob))
  const paths = globs
    .filter((glob) => glob.includes('/'))
    .map((glob) => glob.replace(/^\/|\/$/g, ''))
  const wholes = paths.map((path) => new Glob(path))
  const trails = paths.map((path) => {
    const steps = path.split('/')
    const stars = steps.findIndex((step) => step.includes('**'))
    return { steps: steps.map((step) => new Glob(step)), stars }
  })
  return {
    has: (path) => {
      if (globs.length === 0) return false
      const spellings = path.map(spelled)
      if (names.some((glob) => spellings.some((name) => glob.isName(name)))) return true
      const [plain, whole] = [
        spellings.map((name) => name.plain),
        spellings.map((name) => name.whole),
      ]
      return wholes.some((glob) => isPath(glob, plain) || isPath(glob, whole))
    },
    mayBeBelow: (path) =>
      trails.some(
        ({ steps, stars }) =>
          (stars >= 0 || path.length < steps.length) &&
          path
            .slice(0, stars < 0 ? undefined : stars)
            .every((name, index) => steps[index]!.isName(spelled(name))),
      ),
  }
}
