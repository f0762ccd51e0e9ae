/**
 * Memory bugs of CPython 3.14.2 that a guest's source could reach, each closed in the guest's image. Data only.
 *
 * Sources: the changelogs of CPython 3.14.3 to 3.14.7, its issues of which no release has the fix, and attacks found here.
 * What is listed there and not here needs what no guest has: buffers of its own making, `gc`, threads, the attribute
 * dicts of instances, exhausted memory, or modules that no facet shows.
 */
export interface KnownBug {
  /** The issue of CPython, or how the bug is reached where there is none. */
  readonly issue: string
  /** What happens, to whom. */
  readonly what: string
  /** The release that has the fix; undefined where none had it when this was written. */
  readonly fixed: string | undefined
  /** The file of floor/ that closes it. */
  readonly closed: string
  /** The file of `fixtures/floor/` with the programs that show it. */
  readonly fixture: string
}

const bug = (issue: string, fixed: string | undefined, file: string, what: string): KnownBug => ({
  issue,
  what,
  fixed,
  closed: `${file}.py`,
  fixture: `${file}.py`,
})

/** Every bug known to be reachable, in the order of the files that close them. */
export const KNOWN_BUGS: readonly KnownBug[] = [
  bug('gh-143670', '3.14.3', 'aliases', '`repr(list[x])` reads what a `__repr__` took out of `x`'),
  bug('gh-150146', '3.14.6', 'aliases', '`alias[*x]` goes on without what could not be unpacked'),
  bug(
    'gh-142555',
    '3.14.3',
    'arrays',
    '`a[i] = v`, `append`, `insert`, `extend`, `fromlist` write where the array was before `v` changed it',
  ),
  bug('gh-142557', '3.14.3', 'buffers', '`bytearray % x` reads freed memory'),
  bug('gh-142560', '3.14.3', 'buffers', '`bytearray.find` and kin read freed memory'),
  bug('gh-142664', '3.14.3', 'buffers', '`hash(memoryview)` reads freed memory'),
  bug(
    'gh-143003',
    '3.14.3',
    'buffers',
    '`bytearray.extend` writes into the buffer all empty ones share',
  ),
  bug(
    'gh-143195',
    '3.14.3',
    'buffers',
    '`hex(sep)` of bytearrays and memoryviews reads freed memory',
  ),
  bug('gh-148093', '3.14.5', 'buffers', '`binascii.a2b_uu` reads the byte behind an empty line'),
  bug('gh-143004', '3.14.3', 'counting', '`Counter.update` uses a freed count'),
  bug('date(bytes)', undefined, 'dates', '`ctime()` of the year 0 prints what lies before a table'),
  bug('gh-146011', '3.14.7', 'decimals', '`Context().traps` reads and writes after its context'),
  bug(
    'gh-148382',
    undefined,
    'decimals',
    'comparisons use a context that the other number replaced',
  ),
  bug(
    'gh-142831',
    '3.14.6',
    'encoding',
    '`json.dumps` uses freed keys and values of what `default` or `items` changes',
  ),
  bug(
    'id()',
    undefined,
    'identity',
    '`id()` and default reprs tell where objects lie, which all the others need',
  ),
  bug(
    'gh-142732',
    undefined,
    'iterators',
    '`chain`, `islice`, `cycle`, `batched`, `zip_longest` free the iterator that they are asking',
  ),
  bug('gh-143543', '3.14.4', 'iterators', '`groupby` uses freed keys (also gh-146613)'),
  bug('gh-149557', undefined, 'iterators', '`pairwise` frees the generator that it is asking'),
  bug('gh-154670', undefined, 'iterators', '`count` and `accumulate` use a freed sum'),
  bug('gh-154709', '3.14.7', 'mappings', '`reversed` of a dict reads behind its table'),
  bug('gh-142637', undefined, 'ordered', "`OrderedDict` takes nodes that a key's `__eq__` freed"),
  bug(
    'gh-148660',
    '3.14.7',
    'ordered',
    '`OrderedDict.copy` goes on in a dict that was cleared (also gh-142734)',
  ),
  bug(
    'gh-144475',
    '3.14.4',
    'partials',
    '`repr(partial)` reads what a `__repr__` took out of it, and a call what `__setstate__` did',
  ),
  bug('gh-145105', '3.14.5', 'readers', '`csv.reader` read by the lines it reads loses its fields'),
  bug(
    'gh-141805',
    '3.14.3',
    'sets',
    '`set.add` counts elements twice, and `list(s)` reads unwritten memory',
  ),
  bug(
    'CVE-2025-22153',
    undefined,
    'groups',
    '`except*` takes what `split` of a group answers for exceptions, without a look',
  ),
]
