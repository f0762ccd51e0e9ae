/**
 * Forged messages against the door: `node test/fuzz/door.mjs [count] [seed]`, a million by default. None may trap the trusted
 * guest, and no answer may hold what is not exposed. Prints what became of them; exit status 1 when something did not hold.
 */
import { mutated, question, random } from '../support/door-messages.mjs'
import { ForgedDoor, vault } from '../support/forged-door.mjs'

const SECRET = /SECRET-IN|_vault_global|_HiddenClass|_hidden_|_pin_attribute|secret_local/
const EXPOSE = {
  account: '*',
  closed: ['total', '[]'],
  document: { read: ['status', 'balance'], write: ['status'] },
  Account: '*',
  Refused: '*',
  lookup: '*',
}

/** Sends `count` messages; how many ended how, and what went wrong. */
export function fuzzDoor(count, seed, door = new ForgedDoor(vault(), EXPOSE)) {
  const pick = random(seed)
  const endings = {}
  const wrong = []
  for (let i = 0; i < count; i++) {
    const [operation, plain] = question(pick)
    const message = pick(3) ? plain : mutated(pick, plain)
    const [, answer] = question(pick)
    const latin1 = new TextDecoder('latin1')
    const asked = latin1.decode(message) + latin1.decode(answer)
    const ending = door.send(operation, message, answer)
    const kind = ending.startsWith('ended')
      ? ending
      : ending === 'answered'
        ? answerKind(door)
        : ending
    endings[kind] = (endings[kind] ?? 0) + 1
    if (
      ending.startsWith('ended') &&
      !/^ended: (fuel|crash forged crossing|memory an exception)/.test(ending)
    )
      wrong.push(`${i}: ${ending}`)
    for (const heard of door.heard) {
      const text = new TextDecoder('latin1').decode(heard)
      const found = SECRET.exec(text)
      // What the messages themselves name may come back: in a refusal, or as what a callback returned.
      if (found && !asked.includes(found[0])) wrong.push(`${i}: heard ${text.slice(0, 200)}`)
    }
    if (i % 50_000 === 49_999) door.restore()
  }
  return { endings, wrong, door }
}

/** For run.mjs: one finding or none for each seed, a hundred messages at a time. */
export async function door() {
  const forged = new ForgedDoor(vault(), EXPOSE)
  return async (random) => {
    const seed = random.below(2 ** 31)
    const { wrong } = fuzzDoor(100, seed, forged)
    return { kind: '100 messages', finding: wrong.length === 0 ? undefined : wrong.join('\n') }
  }
}

const answerKind = (door) => (door.heard.length > 1 ? 'answered after a callback' : 'answered')

if (process.argv[1]?.endsWith('door.mjs')) {
  const count = Number(process.argv[2] ?? 1_000_000)
  const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31)
  const began = performance.now()
  const { endings, wrong } = fuzzDoor(count, seed)
  const seconds = (performance.now() - began) / 1000
  console.log(`${count} forged messages (seed ${seed}) in ${seconds.toFixed(0)} s:`, endings)
  for (const line of wrong.slice(0, 20)) console.log(line)
  process.exit(wrong.length === 0 ? 0 : 1)
}
