/** What is told of one module of the library, as guests see it. Data only. */

/**
 * One module. A name is listed after review: what it yields, and whatever its public attributes and calls yield, leads to
 * nothing but data. What is absent is absent for a reason: it opens files, names modules, holds shared state, or defines any
 * dunder. Lists are names with blanks between them; `true` stands for all that the module shows.
 */
export interface ModuleRecord {
  /** The public names that a guest may import. A submodule with a record of its own is also an attribute of its package. */
  readonly shows: string
  /**
   * Some or all names come from `facets/<name with _ for .>.py`, never from the real module, whose functions evaluate text, take
   * attribute names or write into what they are given.
   */
  readonly wrapped?: true
  /**
   * Names that are guest code: CPython's own text in the restricted language (`src/library/`), executed when a guest imports
   * it. Their classes are as the guest's own. The text begins with the module's other names, and with what its file of
   * `facets/` has under private names.
   */
  readonly written?: string | true
  /** The public module that has these names: they stand for the same objects. */
  readonly twin?: string
  /** Has text evaluated for a program that names no `exec`. */
  readonly evaluating?: true
  /** Classes that a guest's class may derive from, besides exceptions (all but groups). No other class of the image. */
  readonly subclassable?: string | true
  /** Classes whose instances take attribute writes from guests; all others are made to be read. */
  readonly configurable?: string | true
  /** Private methods of a class that the library calls on those that derive from it, and documents for overriding. */
  readonly hooks?: Readonly<Record<string, string>>
}

/** Records by the module's full name. */
export type ModuleRecords = Readonly<Record<string, ModuleRecord>>
