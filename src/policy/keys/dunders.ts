/** `dunders`: whether sources may name attributes between double underscores. */
import * as v from 'valibot'
import { policyKey } from '../key.js'

/** What a policy says of attributes between double underscores. */
export type Dunders = 'refused' | 'guarded'

/** What a policy writes. */
export interface DundersKey {
  /**
   * `'refused'`: no source names an attribute between double underscores, but for special methods and a few names
   * (`f.__name__`). `'guarded'`: sources may read `x.__class__`, `__dict__`, `__annotations__`, `__mro__`, `__bases__`,
   * `__cause__`, `__context__`, `__wrapped__` and kin, and write `__name__`, `__doc__`, `__class__` and kin of what they made;
   * each is judged when it runs, and shows the program's own objects. Default `'refused'`; the presets `agent` and `education`
   * say `'guarded'`.
   */
  readonly dunders?: Dunders | undefined
}

/** Its complete form. */
export interface ResolvedDunders {
  readonly dunders: Dunders
}

/** @internal The key: what may be written for it, what holds without it, and its complete form. */
export const dunders = policyKey({
  schema: v.picklist(
    ['refused', 'guarded'],
    (issue) => `must be "refused" or "guarded", not ${issue.received}`,
  ),
  text:
    'Whether sources may name attributes between double underscores, as `x.__class__`: "refused", or "guarded", where each is ' +
    'judged when it runs. "refused" when left out.',
  standard: 'refused' as Dunders,
  resolve: (written): Dunders => written,
})
