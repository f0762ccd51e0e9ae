/**
 * Names that a mount neither shows nor takes: patterns with `*` and `?`, each for a name at any depth, or with a `/` in it for a path
 * below the mount. What some disk overlooks makes no difference: case, the forms in which Unicode spells the same text, and characters
 * that are not seen.
 */
import type { Path } from './volume.js'

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

const pattern = (glob: string): RegExp =>
  new RegExp(
    `^${folded(glob)
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*+/g, (stars) => (stars.length > 1 ? '.*' : '[^/]*'))
      .replaceAll('?', '[^/]')}$`,
    'isu',
  )

/** As it is too: folded, one character may be two, or a slash. */
const matches = (pattern: RegExp, text: string): boolean =>
  pattern.test(text) || pattern.test(folded(text))

export function denier(globs: readonly string[]): Denied {
  const names = globs.filter((glob) => !glob.includes('/')).map(pattern)
  const paths = globs
    .filter((glob) => glob.includes('/'))
    .map((glob) => glob.replace(/^\/|\/$/g, ''))
  const wholes = paths.map(pattern)
  const trails = paths.map((path) => {
    const steps = path.split('/')
    const stars = steps.findIndex((step) => step.includes('**'))
    return { steps: steps.map(pattern), stars }
  })
  return {
    has: (path) => {
      if (globs.length === 0) return false
      let whole = ''
      let plain = ''
      for (const name of path) {
        whole = whole === '' ? name : `${whole}/${name}`
        plain = plain === '' ? folded(name) : `${plain}/${folded(name)}`
        if (names.some((one) => matches(one, name))) return true
        if (wholes.some((one) => one.test(whole) || one.test(plain))) return true
      }
      return false
    },
    mayBeBelow: (path) =>
      trails.some(
        ({ steps, stars }) =>
          (stars >= 0 || path.length < steps.length) &&
          path
            .slice(0, stars < 0 ? undefined : stars)
            .every((name, index) => matches(steps[index]!, name)),
      ),
  }
}
