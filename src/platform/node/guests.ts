/** How guests are made in this process: of one image, with a trusted guest beside each where there is anything for it to do. */
import { encodeValue } from '../../trusted/channel/values.js'
import type { MakeGuests } from '../../trusted/channel/guests.js'
import { Pair } from '../../trusted/door/pair.js'
import type { GuestImage } from '../../trusted/wall/image-facts.js'

/** For a {@link Station}. */
export function makeGuests(wasm: WebAssembly.Module, image: GuestImage): MakeGuests {
  return (options) => new Pair(wasm, image, options, encodeValue({ op: 'settle' }))
}
