/** Files as sources, and which files are meant: no byte is guessed, no file left out silently. */
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { collectPaths } from '../src/cli/paths.js'
import { decode, readSource } from '../src/cli/read-source.js'

const folder = mkdtempSync(join(tmpdir(), 'pyrestrict-files-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A file of the test's own. */
function file(name: string, content: string | Uint8Array = ''): string {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content)
  return path
}

/** What reading a file says: its text, the message of its diagnostic, or why it cannot be read. */
function read(path: string, maxBytes = 1000): string {
  try {
    const { text, diagnostic } = readSource(path, maxBytes)
    return diagnostic === undefined
      ? text
      : `${diagnostic.code} ${diagnostic.span.start.line}:${diagnostic.span.start.column} ${diagnostic.message}`
  } catch (error) {
    return (error as Error).message
  }
}

const latin1 = (text: string) => Buffer.from(text, 'latin1')

describe('decoding', () => {
  test.each([
    ['plain UTF-8', 'x = "ä😀"\r\n', 'x = "ä😀"\r\n'],
    ['an empty file', '', ''],
    ['a byte order mark, which is dropped once', '\ufeffx = 1\ufeff', 'x = 1\ufeff'],
    ['a null character, for the checker to refuse', 'x\0y', 'x\0y'],
    ['a cookie for UTF-8', '# -*- coding: utf-8 -*-\nx', '# -*- coding: utf-8 -*-\nx'],
    [
      'in other spellings',
      '#!/usr/bin/python\n# vim: set fileencoding=UTF8 :\n"ä"',
      '#!/usr/bin/python\n# vim: set fileencoding=UTF8 :\n"ä"',
    ],
    ['a cookie that changes nothing', '# coding: latin-1\nx', '# coding: latin-1\nx'],
    [
      'a cookie on the third line, which is none',
      '#\n#\n# coding: utf-7\n',
      '#\n#\n# coding: utf-7\n',
    ],
    ['a cookie below code, which is none', 'x = 1\n# coding: utf-7\n', 'x = 1\n# coding: utf-7\n'],
    ['a cookie in a string, which is none', '"# coding: utf-7"', '"# coding: utf-7"'],
  ])('%s', (_, source, text) => {
    expect(decode(Buffer.from(source))).toEqual({ text })
  })

  test.each([
    ['a stray byte', latin1('x = "\xe4"\n'), 'PR019', [1, 6], 'byte 0xe4 at offset 5 is not UTF-8'],
    [
      'after lines and a byte order mark',
      Buffer.concat([Buffer.from('\ufeffä\nb'), latin1('\xff')]),
      'PR019',
      [2, 2],
      'byte 0xff at offset 7 is not UTF-8',
    ],
    [
      'a character cut off at the end',
      latin1('ab\xc3'),
      'PR019',
      [1, 3],
      'byte 0xc3 at offset 2 is not UTF-8',
    ],
    [
      'a character broken off in the middle',
      latin1('ab\xe2\x82z'),
      'PR019',
      [1, 3],
      'byte 0xe2 at offset 2 is not UTF-8',
    ],
    [
      'an encoded surrogate',
      latin1('a\xed\xa0\x80'),
      'PR019',
      [1, 2],
      'byte 0xed at offset 1 is not UTF-8',
    ],
    [
      'an overlong slash',
      latin1('a\xc0\xaf'),
      'PR019',
      [1, 2],
      'byte 0xc0 at offset 1 is not UTF-8',
    ],
    [
      'UTF-16',
      Buffer.from('\ufeffx = 1', 'utf16le'),
      'PR019',
      [1, 1],
      'byte 0xff at offset 0 is not UTF-8',
    ],
    [
      'a cookie for UTF-7',
      Buffer.from('# coding: utf-7\n# +AAo-import os'),
      'PR020',
      [1, 11],
      'the file declares the encoding "utf-7": only UTF-8 is read',
    ],
    [
      'on the second line',
      Buffer.from('\f#!x\n \t# x coding=raw_unicode_escape\n'),
      'PR020',
      [2, 14],
      'the file declares the encoding "raw_unicode_escape": only UTF-8 is read',
    ],
    [
      'on the second line after a lone return',
      Buffer.from('#\r# coding: utf-7\n'),
      'PR020',
      [2, 11],
      'the file declares the encoding "utf-7": only UTF-8 is read',
    ],
    [
      'after a byte order mark',
      Buffer.from('\ufeff# coding: cp1252\n"ä"'),
      'PR020',
      [1, 11],
      'the file declares the encoding "cp1252": only UTF-8 is read',
    ],
    [
      'a cookie for Latin-1 with a letter of it',
      latin1('# coding: latin-1\n"\xe4"'),
      'PR020',
      [1, 11],
      'the file declares the encoding "latin-1": only UTF-8 is read',
    ],
  ])('%s is a finding', (_, bytes, code, [line, column], message) => {
    const { diagnostic } = decode(bytes)
    expect([
      diagnostic?.code,
      diagnostic?.message,
      diagnostic?.span.start.line,
      diagnostic?.span.start.column,
    ]).toEqual([code, message, line, column])
  })

  test('every text survives, and no bytes but those of a text are taken', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.startsWith('\ufeff') && !/coding[:=]/.test(text))
        expect(decode(Buffer.from(text))).toEqual({
          text: text.toWellFormed?.() ?? Buffer.from(text).toString(),
        })
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const { text, diagnostic } = decode(bytes)
        const same = Buffer.from(text).equals(bytes) || Buffer.from(`\ufeff${text}`).equals(bytes)
        expect(diagnostic === undefined).toBe(same)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('reading', () => {
  test('what is no regular file is refused at once, by what it is', async () => {
    const fifo = join(folder, 'fifo.py')
    execFileSync('mkfifo', [fifo])
    expect(read(fifo)).toBe('it is a FIFO, not a file: pipe it in as "-" instead')
    expect(read(folder)).toBe('it is a directory')
    expect(read('/dev/zero')).toBe('it is a device, not a file')
    const socket = join(folder, 'socket.py')
    const server = createServer().listen(socket)
    await new Promise((resolve) => server.once('listening', resolve))
    expect(read(socket)).toBe('it is a socket or a device')
    server.close()
  })

  test('what is not there or may not be read says so', () => {
    expect(read(join(folder, 'none.py'))).toBe('no such file')
    writeFileSync(Buffer.from(`${folder}/\xff.py`, 'latin1'), 'x = 1\n')
    const [lost] = readdirSync(folder).filter((name) => name.includes('\ufffd'))
    expect(read(join(folder, lost!))).toBe('its name is not UTF-8')
    expect(read(join(file('a.py'), 'b.py'))).toBe('no such file')
    expect(read(join(folder, 'x'.repeat(300)))).toBe('the name is too long')
    symlinkSync('loop.py', join(folder, 'loop.py'))
    expect(read(join(folder, 'loop.py'))).toBe('too many symbolic links')
  })

  test('a file over the limit is read one byte beyond it, whatever a character is cut by that', () => {
    expect(read(file('large.py', 'ä'.repeat(100)), 9)).toBe('äääää')
    expect(read(file('large.py', 'ä'.repeat(100)), 10)).toBe('äääää\ufffd')
    expect(read(file('exact.py', '0123456789'), 10)).toBe('0123456789')
  })

  test('a file that changes while it is read is refused', () => {
    const path = file('changing.py', 'a'.repeat(500_000))
    let rounds = 0
    // The reader compares its limit before each chunk: a limit that is an object can change the file between two of them.
    const limit = {
      valueOf: () => {
        if (rounds++ === 3) {
          appendFileSync(path, 'x')
          truncateSync(path, 1000)
        }
        return 1_000_000
      },
    } as unknown as number
    expect(read(path, limit)).toBe('it changed while it was read')
  })
})

describe('paths', () => {
  const at = (name: string) => join(folder, 'tree', name)
  for (const name of [
    'b.py',
    'a.py',
    'sub/c.py',
    'sub/.hidden/d.py',
    'node_modules/e.py',
    'notes.txt',
    'odd[1].py',
    'dir.py/f.py',
  ])
    file(`tree/${name}`)
  mkdirSync(at('empty'), { recursive: true })
  symlinkSync(at('.'), at('sub/circle'))
  symlinkSync(at('a.py'), at('sub/link.py'))
  symlinkSync(at('nowhere'), at('sub/broken.py'))
  symlinkSync(at('sub'), at('sub/folder.py'))
  const named = async (...given: string[]) => {
    const { files, problems, leftOut } = await collectPaths(
      given.map((path) => (path.startsWith('-') ? path : at(path))),
      { all: true, exclude: [] },
    )
    const short = (path: string) => path.replaceAll(`${at('.')}/`, '')
    return [
      files.map(short),
      problems.map((problem) => `${short(problem.file)}: ${problem.message}`),
      ...leftOut.map(({ rule, first }) => `${rule}: ${short(first)}`),
    ]
  }

  test('asked for all, a folder is all its files, and none twice; a link that leads nowhere is told', async () => {
    expect(await named('.')).toEqual([
      [
        'a.py',
        'b.py',
        'dir.py/f.py',
        'node_modules/e.py',
        'odd[1].py',
        'sub/.hidden/d.py',
        'sub/c.py',
      ],
      [],
      'links that lead nowhere: sub/broken.py',
    ])
  })

  test('files and stdin come in the order given, each once', async () => {
    expect(await named('b.py', '-', 'notes.txt', 'b.py', 'sub/../b.py', '-')).toEqual([
      ['b.py', '-', 'notes.txt'],
      [],
    ])
  })

  test('a glob is sorted, and a name that exists is no glob', async () => {
    expect(await named('**/{c,d}.py')).toEqual([['sub/.hidden/d.py', 'sub/c.py'], []])
    expect(await named('odd[1].py')).toEqual([['odd[1].py'], []])
  })

  test('what is not there is left for reading to complain about; what matches nothing is a problem', async () => {
    expect(await named('none.py')).toEqual([['none.py'], []])
    expect(await named('*.pyx', 'empty')).toEqual([
      [],
      ['*.pyx: no file matches', 'empty: there is no .py or .ipynb file in this folder'],
    ])
  })

  test('a folder whose files were all named before is no problem', async () => {
    expect(await named('dir.py/f.py', 'dir.py')).toEqual([['dir.py/f.py'], []])
  })
})
