/** What the two ends of a door share. */
export class Passage {
  /**
   * @param mostStack bytes of its C stack that a guest may have in use when it asks something. The other guest then has the
   *   stack it needs, whatever depth the question comes from: nobody can time a RecursionError into trusted code.
   */
  constructor(readonly mostStack: number) {}

  /** Crossings under way. */
  depth = 0
  /** Exceptions of the trusted guest that were told to the guest since the call began. */
  failures = 0
  /** Whether anything crossed since this was last set to false. */
  used = false
}
