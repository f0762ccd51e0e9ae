/** Compares stretches of memory: what a delta holds is what differs, so most of a guest's memory goes through here. */

/** Whether two stretches of one length hold the same bytes. */
export type Same = (one: Uint8Array, other: Uint8Array) => boolean

let compare: Same = (one, other) => {
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false
  return one.length === other.length
}

/** The platform's own comparison, in place of a loop: Node's is four times as quick. */
export function compareWith(platform: Same): void {
  compare = platform
}

/** Whether two stretches of one length hold the same bytes. */
export const same: Same = (one, other) => compare(one, other)
