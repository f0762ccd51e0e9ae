/** Policies in files: JSON, with comments and trailing commas allowed. For Node only; nothing else here needs it. */
import { readFile } from 'node:fs/promises'
import { PolicyError } from '../errors.js'
import { JsonError, parseJsonc } from './jsonc.js'
import { resolvePolicy, type Policy } from './policy.js'

const MAX_BYTES = 1 << 20

/**
 * The policy that the file at `path` holds, already validated.
 * @throws PolicyError naming the file when it cannot be read, is not JSON(C) in UTF-8, or is not a valid policy.
 */
export async function loadPolicy(path: string): Promise<Policy> {
  let text: string
  try {
    const bytes = await readFile(path)
    if (bytes.length > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES} bytes`)
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new PolicyError(`cannot read the policy ${path}: ${reason(error)}`)
  }
  try {
    const policy = parseJsonc(text) as Policy
    resolvePolicy(policy)
    return policy
  } catch (error) {
    if (error instanceof JsonError) throw new PolicyError(`${path}:${error.message}`)
    if (error instanceof PolicyError)
      throw new PolicyError(`${path}: ${error.message.replaceAll('\n', `\n${path}: `)}`)
    throw error
  }
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'no such file'
  if (code === 'EISDIR') return 'it is a directory'
  if (code === 'EACCES') return 'permission denied'
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'it is not UTF-8'
  return message
}
