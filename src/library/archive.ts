/** Reads single files of the archive of the standard library that the pinned `pyodide` package holds. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inflateRawSync } from 'node:zlib'

const END_OF_DIRECTORY = 0x06054b50
const [ENTRY_SIZE, LOCAL_SIZE] = [46, 30]
const DEFLATED = 8

/** The text of a file of the archive, by its path. @throws Error where there is none: the build ends. */
export function libraryFile(path: string): string {
  const zip = archive()
  let at = zip.length - 22
  while (at >= 0 && zip.readUInt32LE(at) !== END_OF_DIRECTORY) at -= 1
  const count = zip.readUInt16LE(at + 10)
  let entry = zip.readUInt32LE(at + 16)
  for (let i = 0; i < count; i += 1) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(entry + offset))
    if (zip.toString('utf8', entry + ENTRY_SIZE, entry + ENTRY_SIZE + name!) === path) {
      const local = zip.readUInt32LE(entry + 42)
      const start = local + LOCAL_SIZE + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
      const data = zip.subarray(start, start + zip.readUInt32LE(entry + 20))
      const isDeflated = zip.readUInt16LE(entry + 10) === DEFLATED
      return (isDeflated ? inflateRawSync(data) : data).toString('utf8').replaceAll('\r\n', '\n')
    }
    entry += ENTRY_SIZE + name! + extra! + comment!
  }
  throw new Error(`the archive of the standard library has no ${path}`)
}

let read: Buffer | undefined

function archive(): Buffer {
  const package_ = dirname(fileURLToPath(import.meta.resolve('pyodide')))
  read ??= readFileSync(join(package_, 'python_stdlib.zip'))
  return read
}
