/** What of `operator` reads attributes by name, as guest code: CPython's text, which reads them as `getattr` does. */
import type { Part } from './texts.js'

/** Its parts. */
export const OPERATOR: readonly Part[] = [
  {
    file: 'operator.py',
    cuts: [
      ['"""\nOperator Interface', 'class attrgetter:'],
      ['class itemgetter:', 'class methodcaller:'],
      ['# In-place Operations', undefined],
    ],
    edits: [['getattr(obj, ', 'read_field(obj, ']],
  },
]
