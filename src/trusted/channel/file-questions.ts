/**
 * How a worker asks the host about its files: in the form in which a guest asks anything, so that the broker judges it as it judges
 * all else. Their number is above those that a guest's own questions get to.
 */
import { toError, type AskHost } from '../files/remote.js'
import { Errno } from '../wall/errno.js'
import { Killed } from '../wall/killed.js'
import { decode } from './decode.js'
import { encode, never } from './encode.js'
import { PLAIN } from './wire.js'

/** The number of each: one waits at a time, and a turn that is made again asks the same to the byte. */
const NUMBER = 2 ** 48

/** Asks by `asking`; where it is undefined nobody can be asked, and every file is out of reach. `place`: where the guest is. */
export function fileQuestions(
  asking: () => ((question: Uint8Array) => () => Uint8Array) | undefined,
  place: () => readonly [line: number, column: number, file: string] | undefined,
): AskHost {
  return (operation, target, args) => {
    const ask = asking()
    if (ask === undefined) throw new Errno('EACCES')
    const payload = encode([[...args], {}], PLAIN, never)
    const asked = [[NUMBER, operation, target, payload, ...(place() ?? NOWHERE)]]
    const told = { asked, cancelled: [], given: [], wanted: NUMBER, timeout: null, alone: true }
    const wait = ask(encode(told, PLAIN, never))
    return () => answerOf(wait())
  }
}

function answerOf(encoded: Uint8Array): unknown {
  const answers = decode(encoded, PLAIN, NOTHING_ELSE) as readonly (readonly unknown[])[]
  const answer = answers.find((row) => row[0] === NUMBER)
  if (answer === undefined) throw new Killed('crash', 'the host did not answer')
  if (answer.length === 2) return answer[1]
  throw toError(String(answer[2]), String(answer[3]))
}

const NOWHERE = [null, null, null]
const NOTHING_ELSE = { reference: nothing, complex: nothing, ellipsis: nothing, areParts: true }
function nothing(): never {
  throw new Killed('crash', 'an answer that is none')
}
