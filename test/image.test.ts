/** The image: the same wherever it is built, nothing of the builder in it, frozen, and never used beside another pyodide. */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir, hostname, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createImports, type GuestState } from '../src/trusted/wall/imports.js'
import { layOut } from '../src/trusted/wall/image-facts.js'
import {
  checkImage,
  IMAGE_FOLDER,
  ImageError,
  loadImage,
  openImage,
  readFacts,
  wasmPath,
} from '../src/platform/node/image.js'
import { Guest } from '../src/trusted/wall/runtime.js'
import { bare, BareGuest, root } from './support/images.js'

let scratch: string
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'image-'))
})
afterAll(() => rmSync(scratch, { recursive: true }))

/** The images that a build makes, by their folders in `dist`. */
const IMAGES = ['guest', 'guest-full']

/** A copy of all that a build reads, elsewhere, with the images that it makes. */
function checkout(name: string): string {
  const folder = join(scratch, name)
  for (const part of [
    ...IMAGES.map((image) => `dist/${image}`),
    'dist/image',
    'dist/library',
    'dist/trusted',
    'src/full',
    'src/image',
    'src/guest',
    'src/translate',
    'src/trusted',
    'package.json',
    'node_modules/pyodide',
  ]) {
    cpSync(join(root, part), join(folder, part), {
      recursive: true,
      filter: (path) => !path.endsWith('.map'),
    })
  }
  return folder
}

const build = (
  folder: string,
  env: NodeJS.ProcessEnv = process.env,
  cwd = root,
  only: readonly string[] = [],
): string =>
  execFileSync(process.execPath, [join(folder, 'dist/image/build.js'), ...only], {
    cwd,
    env,
    encoding: 'utf8',
    stdio: 'pipe',
  })

const read = (folder: string, name: string, image = 'guest'): Buffer =>
  readFileSync(join(folder, 'dist', image, name))

describe('building', () => {
  let another: string
  beforeAll(() => {
    another = checkout('quite/another')
  })

  test('is done again when the images are damaged: to the same bytes in another folder, environment, time zone and hash seed', () => {
    for (const image of IMAGES)
      writeFileSync(
        join(another, 'dist', image, 'guest.mem'),
        read(another, 'guest.mem', image).subarray(0, 1000),
      )
    const said = build(
      another,
      {
        PATH: process.env.PATH,
        TZ: 'Asia/Tokyo',
        LANG: 'xx_PLANTED.UTF-8',
        HOME: '/nowhere',
        PYTHONHASHSEED: '77',
        SECRET: 'planted-secret',
      },
      scratch,
    )
    expect(said.match(/^image: built, 2 in \d+ ms/gm)).toHaveLength(IMAGES.length)
    const wasm = readFileSync(wasmPath())
    for (const image of IMAGES) {
      // The repository's own was built there, in the environment of whoever built it.
      expect(read(another, 'guest.json', image).toString()).toBe(
        read(root, 'guest.json', image).toString(),
      )
      const [a, b] = [read(root, 'guest.mem', image), read(another, 'guest.mem', image)]
      expect(Buffer.compare(a, b)).toBe(0)
      for (const own of [
        root,
        scratch,
        homedir(),
        '/nowhere',
        'planted-secret',
        'xx_PLANTED',
        process.execPath,
        hostname(),
        'node_modules',
        tmpdir(),
        `/${userInfo().username}/`,
      ]) {
        // Pyodide was itself built somewhere: what its wasm holds anyway is not of this machine.
        if (own.length > 3 && !wasm.includes(own))
          expect([own, a.indexOf(own), a.indexOf(Buffer.from(own, 'utf16le'))]).toEqual([
            own,
            -1,
            -1,
          ])
      }
    }
  }, 240_000)

  test('is not done again while its inputs are the same', () => {
    const file = join(another, 'dist/guest/guest.mem')
    const before = statSync(file).mtimeMs
    expect(build(another)).toMatch(/^image: up to date/)
    expect(statSync(file).mtimeMs).toBe(before)
  })

  test('is done again when a source has changed, and fails, telling why, when that does not load', () => {
    writeFileSync(join(another, 'src/trusted/language/sealed.py'), 'import nowhere\n')
    // The image of full Python has that source, too, and fails in half the time: it has no library to compile.
    const only = [join(another, 'dist/guest-full'), 'full']
    expect(() => build(another, process.env, root, only)).toThrow("No module named 'nowhere'")
  }, 120_000)
})

describe('loading', () => {
  const copy = (name: string): string => {
    const folder = join(scratch, name)
    cpSync(IMAGE_FOLDER, folder, { recursive: true })
    return folder
  }
  const edit = (folder: string, change: (facts: Record<string, unknown>) => void): void => {
    const file = join(folder, 'guest.json')
    const facts = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    change(facts)
    writeFileSync(file, JSON.stringify(facts))
  }

  test('reads what the build wrote', () => {
    const { image } = loadImage()
    // A module of the library may take a page or two. Each worker begins with a copy of all of it.
    expect(image.memory.length, 'bytes of the image').toBeLessThan(42 << 20)
    expect(image.facts.pyodide).toBe(
      (
        JSON.parse(readFileSync(join(root, 'node_modules/pyodide/package.json'), 'utf8')) as {
          version: string
        }
      ).version,
    )
    expect(image.facts.python).toMatch(/^3\.14\.\d+$/)
    // What is not listed as filled is zero: a reset does not look at it.
    const memory = new Uint8Array(image.memory.length).fill(1)
    layOut(image, memory)
    expect(Buffer.compare(memory, image.memory)).toBe(0)
    expect(image.facts.filled.length).toBeGreaterThan(2)
  })

  test('refuses another pyodide, another format, damage, and nothing at all', async () => {
    const wasm = copy('wasm')
    edit(wasm, (facts) => {
      facts.wasmSha256 = '0'.repeat(64)
    })
    await expect(checkImage(wasm)).rejects.toThrow(
      new ImageError(
        'the guest image was taken from pyodide 314.0.7; another pyodide is installed',
      ),
    )
    const format = copy('format')
    edit(format, (facts) => {
      facts.format = 99
    })
    expect(() => loadImage(format)).toThrow(
      new ImageError(
        'the guest image has format 99, not 6: install pyrestrict again, or in a checkout run `npm run build`',
      ),
    )
    const says = copy('says-nothing')
    writeFileSync(join(says, 'guest.json'), '{}')
    expect(() => readFacts(says)).toThrow('has format undefined')
    const unsigned = copy('unsigned')
    edit(unsigned, (facts) => {
      delete facts['sha256']
    })
    expect(() => readFacts(unsigned)).toThrow('guest.json is damaged: install pyrestrict again')
    const damaged = copy('damaged')
    const bytes = readFileSync(join(damaged, 'guest.mem'))
    bytes[5_000_000]! ^= 1
    writeFileSync(join(damaged, 'guest.mem'), bytes)
    await expect(checkImage(damaged)).rejects.toThrow('is damaged: install pyrestrict again')
    expect(await checkImage()).toBeUndefined()
    for (const load of [loadImage, openImage])
      expect(() => load(join(scratch, 'nowhere'))).toThrow(ImageError)
    await expect(checkImage(join(scratch, 'nowhere'))).rejects.toThrow(ImageError)
  })

  test('from its file as from memory', () => {
    const [inMemory, inFile] = [loadImage(), openImage()].map(
      ({ wasm, image }) => new Guest(wasm, image),
    )
    for (const guest of [inMemory!, inFile!]) {
      guest.call(new Uint8Array(1))
      expect(guest.capture().length).toBeGreaterThan(4000)
      guest.reset()
      expect(guest.capture().length).toBe(4_164)
    }
    inMemory!.call(new Uint8Array(1))
    inFile!.restore(inMemory!.capture())
    // But for the moments at which they were taken.
    const [one, two] = [inFile!, inMemory!].map((guest) => guest.capture().fill(0, 40, 48))
    expect(Buffer.compare(one!, two!)).toBe(0)
  })
})

describe('the module of guests', () => {
  test('exports what is called of it, and nothing else', () => {
    const text = readFileSync(join(root, 'src/trusted/wall/c-api.ts'), 'utf8')
    const called = [...text.matchAll(/^ {2}(?:readonly )?(\w+)[:(]/gm)].map(([, name]) => name)
    expect(called.length).toBeGreaterThan(40)
    expect(
      WebAssembly.Module.exports(loadImage().wasm)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(called.sort())
  })

  test('fills no memory: the image is all of it', () => {
    const { wasm, image } = loadImage()
    const state = {} as GuestState
    const { exports } = new WebAssembly.Instance(wasm, createImports(wasm, state, image.facts.got))
    const memory = new Uint8Array((exports.memory as WebAssembly.Memory).buffer)
    expect(memory.length).toBeGreaterThan(1 << 20)
    expect(memory.findIndex((byte) => byte !== 0)).toBe(-1)
  })
})

describe('a sandbox of an image that was damaged', () => {
  /** A package whose image has another byte where no guest looks: whoever runs it all the same is answered 2. */
  let folder: string
  beforeAll(() => {
    folder = join(scratch, 'damaged-package')
    for (const part of [
      'dist/bundle',
      'dist/grammar',
      'dist/guest',
      'grammar-rules',
      'package.json',
    ])
      cpSync(join(root, part), join(folder, part), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const path = join(folder, 'dist/guest/guest.mem')
    const bytes = readFileSync(path)
    bytes[bytes.length - 1]! ^= 1
    writeFileSync(path, bytes)
  })

  test('runs nothing, in no isolation', () => {
    const program = `
      import { createSandbox } from ${JSON.stringify(join(folder, 'dist/bundle/index.js'))}
      for (const isolation of ['process', 'thread', 'inline']) {
        const sandbox = await createSandbox({}, { isolation })
        for (const attempt of [() => sandbox.run('1 + 1'), () => sandbox.formula('1 + 1').then((f) => f.evaluate())])
          await attempt().then(
            (outcome) => console.log(isolation, JSON.stringify(outcome)),
            (error) => console.log(isolation, error.name, error.message.replace(/cannot read .*guest/, 'guest')),
          )
        await sandbox.close()
      }`
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    })
    const told = said
      .trim()
      .split('\n')
      .map((line) =>
        line.replace(/(Error) .*(guest\.mem is damaged: install pyrestrict again).*/, '$1 $2'),
      )
    expect(told).toEqual(
      ['process', 'process', 'thread', 'thread', 'inline', 'inline'].map(
        (isolation) =>
          `${isolation} InstallationError guest.mem is damaged: install pyrestrict again`,
      ),
    )
  })
})

describe('inside', () => {
  /** The shipped image has no way to be asked; the bare one is made by the same prelude. */
  let python: BareGuest
  beforeAll(() => {
    python = new BareGuest(bare())
  })

  test('every class is immutable but those whose instances change class, and still works', () => {
    expect(
      python.run(`
import gc
def classes():
    found, todo = {}, [object]
    while todo:
        cls = todo.pop()
        if id(cls) not in found:
            found[id(cls)] = cls
            todo.extend(type.__subclasses__(cls))
    return found.values()
import ast
import annotationlib
turned = annotationlib._Stringifier, annotationlib.ForwardRef
soft = sorted({cls.__name__ for cls in classes() if not cls.__flags__ & 1 << 8 and not issubclass(cls, ast.AST) and cls not in turned})
refused = 0
import collections, decimal, enum, json, typing
for cls in (collections.OrderedDict, decimal.Context, enum.Enum, json.JSONEncoder, typing.Generic, type, object):
    try: cls.planted = 1
    except TypeError: refused += 1
    try: type.__setattr__(cls, 'planted', 1)
    except TypeError: refused += 1
class Mine(collections.OrderedDict): pass
Mine.planted = 1
result = [len(classes()) > 1000, soft, refused, Mine(a=1)['a']]`),
    ).toEqual([true, [], 14, 1])
  })

  test('nothing can be imported that is not there, and no trusted module has a name', () => {
    expect(
      python.run(`
import sys
answers = []
for name in 'pyrestrict', 'pyrestrict.guards', 'antigravity', 'turtle':
    try: __import__(name); answers.append(name)
    except ImportError: pass
result = [answers, sys.meta_path, sys.path, sys.path_hooks, sys.path_importer_cache, [n for n in sys.modules if 'pyrestrict' in n], sys.argv, sys.executable]`),
    ).toEqual([[], [], [], [], Object.create(null), [], [''], ''])
  })

  test("the module guests' classes name is empty", () => {
    expect(python.run('import sys; result = sorted(vars(sys.modules["__main__"]))')).toEqual([
      '__doc__',
      '__loader__',
      '__name__',
      '__package__',
      '__spec__',
    ])
  })

  test("no loop of JavaScript's is running, and waiting works", () => {
    expect(
      python.run(`
import asyncio
try: asyncio.get_running_loop(); running = True
except RuntimeError: running = False
result = [running, asyncio.events._get_running_loop() is None]`),
    ).toEqual([false, true])
  })

  test('collections look at what the guest makes only', () => {
    expect(
      python.run(
        'import gc; gc.collect(); result = [gc.get_freeze_count() > 20_000, len(gc.get_objects()) < 5_000]',
      ),
    ).toEqual([true, true])
  })
})
