/**
 * Reads JSON with comments and trailing commas, strictly: a key given twice is an error (JSON.parse keeps the last one
 * silently, so that a reviewer may read another policy than the one that holds), and every error has a line and a column.
 */

/** The text is not JSON(C); `message` begins with `line:column`. */
export class JsonError extends Error {
  override readonly name = 'JsonError'
}

const DEPTH = 32
const SPACE = /(?:[ \t\r\n]+|\/\/[^\r\n]*|\/\*[^]*?\*\/)*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*"/y
const WORD = /(?:true|false|null)\b/y

/**
 * The value that `text` writes; objects have no prototype. With `bigIntegers`, integers that a number would round are bigints.
 * @throws JsonError with the position.
 */
export function parseJsonc(text: string, { bigIntegers = false } = {}): unknown {
  let at = 0

  function fail(what: string, offset = at): never {
    const before = text.slice(0, offset).split('\n')
    throw new JsonError(`${before.length}:${before.at(-1)!.length + 1}: ${what}`)
  }
  function match(pattern: RegExp): string | undefined {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found !== undefined) at += found.length
    return found
  }
  function take(character: string): boolean {
    match(SPACE)
    if (text[at] !== character) return false
    at++
    return true
  }
  function found(): string {
    return at < text.length
      ? JSON.stringify(String.fromCodePoint(text.codePointAt(at)!))
      : 'the end of the file'
  }

  function value(depth: number): unknown {
    match(SPACE)
    if (depth > DEPTH) fail('nested too deeply')
    if (take('{')) return object(depth)
    if (take('[')) return array(depth)
    if (text[at] === '"') return string()
    const word = match(WORD)
    if (word !== undefined) return word === 'null' ? null : word === 'true'
    const number = match(NUMBER)
    if (number !== undefined) {
      const rounds = bigIntegers && /^-?\d+$/.test(number) && !Number.isSafeInteger(Number(number))
      return rounds ? BigInt(number) : Number(number)
    }
    return fail(`expected a value, found ${found()}`)
  }
  function string(): string {
    const token = match(STRING)
    return token === undefined ? fail('ill-formed string') : (JSON.parse(token) as string)
  }
  function object(depth: number): Record<string, unknown> {
    const members = Object.create(null) as Record<string, unknown>
    while (!take('}')) {
      const start = at
      if (text[at] !== '"') fail(`expected a key in double quotes, found ${found()}`)
      const key = string()
      if (Object.hasOwn(members, key)) fail(`the key ${JSON.stringify(key)} is given twice`, start)
      if (!take(':')) fail(`expected ":", found ${found()}`)
      members[key] = value(depth + 1)
      if (take(',')) continue
      if (!take('}')) fail(`expected "," or "}", found ${found()}`)
      break
    }
    return members
  }
  function array(depth: number): unknown[] {
    const items: unknown[] = []
    while (!take(']')) {
      items.push(value(depth + 1))
      if (take(',')) continue
      if (!take(']')) fail(`expected "," or "]", found ${found()}`)
      break
    }
    return items
  }

  if (text.charCodeAt(0) === 0xfeff) at = 1
  const result = value(0)
  match(SPACE)
  if (at < text.length) fail(`expected the end of the file, found ${found()}`)
  return result
}
