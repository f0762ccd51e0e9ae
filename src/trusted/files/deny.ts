/**
 * Names that a mount neither shows nor takes: patterns with `*` and `?`, each for a name at any depth, or with a `/` in it for a path
 * below the mount. Case, and the forms in which Unicode spells the same text, make no difference: a disk may not tell them apart.
 */
const folded = (text: string): string => text.normalize('NFKC').toLowerCase().normalize('NFKC')

const pattern = (glob: string): RegExp =>
  new RegExp(
    `^${folded(glob)
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*+/g, (stars) => (stars.length > 1 ? '.*' : '[^/]*'))
      .replaceAll('?', '[^/]')}$`,
    'su',
  )

/** Whether a path below the mount is denied: it, or a folder on its way. */
export function denier(globs: readonly string[]): (path: readonly string[]) => boolean {
  if (globs.length === 0) return () => false
  const names = globs.filter((glob) => !glob.includes('/')).map(pattern)
  const paths = globs
    .filter((glob) => glob.includes('/'))
    .map((glob) => pattern(glob.replace(/^\/|\/$/g, '')))
  return (path) => {
    let whole = ''
    for (const name of path) {
      const plain = folded(name)
      whole = whole === '' ? plain : `${whole}/${plain}`
      if (names.some((one) => one.test(plain)) || paths.some((one) => one.test(whole))) return true
    }
    return false
  }
}
