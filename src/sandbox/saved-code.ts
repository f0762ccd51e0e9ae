/**
 * Compiled code as bytes, for a host that starts again: with a MAC, since code that somebody else made would go past the verifier. It
 * is bound to policy, image, trusted modules and to what checks and rewrites, filed under what it was compiled from, and scanned
 * again where it runs, as all code is.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Mode } from '../check/options.js'
import { SnapshotError } from '../errors.js'
import { compilerFiles } from '../platform/node/compile-worker.js'
import { cacheKey } from '../trusted/channel/compile-cache.js'
import { decodeValue, encodeValue, type Value } from '../trusted/channel/values.js'
import { WireError } from '../trusted/channel/wire.js'
import { Code, type SourceText } from './code.js'
import { sealed, unsealed } from './seal.js'

const MAGIC = 'pyrestrict compiled 1\n'
const LIMITS = { nodes: 10_000_000, depth: 5 }

let compilerHash: string | undefined

/** What stands for the code that compiles: another version of it refuses more, or writes other guards. */
function compiler(): string {
  return (compilerHash ??= cacheKey(
    createHash('sha256'),
    compilerFiles().map((file) => readFileSync(file)),
  ))
}

/** The codes, to be opened under the same terms. */
export function sealCodes(codes: Iterable<Code>, key: Uint8Array, fingerprint: string): Uint8Array {
  const rows = [...codes].map((code) => [
    code.source,
    code.mode,
    code.filename,
    code.firstLine,
    code.package ?? null,
    code.parameters ?? null,
    code.isInferred,
    code.asFunction,
    code.formals ?? null,
    code.bytes,
    code.guarded,
    new Uint8Array(code.edits.buffer, code.edits.byteOffset, code.edits.byteLength),
  ])
  const body = encodeValue({ fingerprint, compiler: compiler(), codes: rows as unknown as Value })
  return sealed(MAGIC, body, key)
}

/** The codes with the texts that they were compiled from; none where policy, image or this library are others now. @throws SnapshotError */
export function openCodes(
  given: unknown,
  key: Uint8Array,
  expected: string,
): readonly (readonly [SourceText, Code])[] {
  const body = unsealed(MAGIC, given, key, 'compiled code')
  try {
    const {
      fingerprint,
      compiler: by,
      codes,
    } = decodeValue(body, {
      ...LIMITS,
      bytes: body.length,
    }) as unknown as { fingerprint: string; compiler: string; codes: readonly Row[] }
    return fingerprint === expected && by === compiler() ? codes.map(codeOf) : []
  } catch (error) {
    // Who has the key may have written anything.
    const why = error instanceof WireError ? error.message : 'it is no list of compiled sources'
    throw new SnapshotError(`compiled code cannot be read: ${why}`)
  }
}

type Row = readonly [
  source: string,
  mode: Mode,
  filename: string,
  firstLine: number,
  inside: string | null,
  parameters: readonly string[] | null,
  isInferred: boolean,
  asFunction: boolean,
  formals: readonly string[] | null,
  bytes: Uint8Array,
  guarded: string,
  edits: Uint8Array,
]

function codeOf(row: Row): readonly [SourceText, Code] {
  const [source, mode, filename, firstLine, inside, parameters, isInferred, asFunction] = row
  const [formals, bytes, guarded, edits] = row.slice(8) as unknown as [
    ...(readonly [readonly string[] | null, Uint8Array, string, Uint8Array]),
  ]
  const text: SourceText = {
    source,
    mode,
    filename,
    firstLine,
    package: inside ?? undefined,
    parameters: isInferred ? 'inferred' : (parameters ?? undefined),
    asFunction,
    formals: formals ?? undefined,
  }
  const pairs = new Int32Array(edits.slice().buffer)
  return [text, new Code(text, bytes.slice(), guarded, pairs, parameters ?? [])]
}
