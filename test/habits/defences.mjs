/**
 * The lines that defend files and the network, each with what it would be without the defence, and the test that must fail then. A copy
 * of the repository is broken line by line:
 *   node test/habits/defences.mjs [words of a file, text or test]
 * `test/defences.test.ts` holds that each line is still there.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ts } from 'ts-morph'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Rows of one test file: the file below src/, the text in it that defends, what stands there instead, and a pattern of the tests' names. */
const of = (test, rows) =>
  rows.map(([file, text, broken, name]) => ({ file, text, broken, test, name }))

const [DIRECTORY, RUN] = ['trusted/broker/directory.ts', 'trusted/broker/file-run.ts']
const [DENY, OVERLAY] = ['trusted/files/deny.ts', 'trusted/files/overlay.ts']
const [MEMORY, NODES, REMOTE] = ['memory', 'nodes', 'remote'].map(
  (name) => `trusted/files/${name}.ts`,
)
const SYSTEM = 'platform/node/host-system.ts'
const [NETWORK, ORIGINS, ADDRESSES, SECRETS, SPELLINGS, FILLING] = [
  'network',
  'origins',
  'addresses',
  'secrets',
  'spellings',
  'filling',
].map((name) => `trusted/network/${name}.ts`)
const [HEADERS, DECIDER] = ['headers', 'decider'].map((name) => `trusted/network/${name}.ts`)
const NODE = 'platform/node/network.ts'

const REFUSED = readFileSync(join(ROOT, 'src', ADDRESSES), 'utf8').match(
  /^ {2}'[\d.:a-f/]+': '.*',\n/gm,
)

export const DEFENCES = [
  ...of('files-host', [
    [OVERLAY, '        this.#hide(path)\n      } catch', '      } catch', 'without room left'],
    [OVERLAY, 'if (isHidden) this.#show(to)', '', 'without room left'],
    [
      OVERLAY,
      "if (from.every((name, i) => to[i] === name)) throw new Errno('EINVAL')",
      '',
      'without room left',
    ],
    [
      REMOTE,
      'const isFresh = this.#changes === this.changes()',
      'const isFresh = true',
      'read ahead',
    ],
    [REMOTE, 'const isNext = isFresh && at === this.#end', 'const isNext = isFresh', 'on its way'],
    ['trusted/channel/questions.ts', 'kept = take().slice()', 'kept = take()', 'on its way'],
    [DIRECTORY, "name === '..' || ", '', 'paths that are none'],
    [DIRECTORY, " || name.includes('\\0')", '', 'paths that are none'],
    [DIRECTORY, " || name.includes('/')", '', 'paths that are none'],
    [DIRECTORY, 'this.#system.mount(fd) !== this.#mount', 'false', 'mounts below'],
    [
      'sandbox/host-folders.ts',
      'const problem = isUnreal\n',
      'const problem = false\n',
      'mounts below',
    ],
    [DIRECTORY, "if (kind === KIND.link) throw new Errno('EPERM')", '', 'growing by a size'],
    [
      SYSTEM,
      'openSync(path, OPEN[access], mode)',
      "openSync(access === 'create' ? path : readlinkSync(path), OPEN[access], mode)",
      'a process that swaps',
    ],
    [
      RUN,
      "if (target.length > MOST_PATH) throw new Errno('ENAMETOOLONG')",
      '',
      'a deep path counts',
    ],
    [
      'trusted/broker/file-arguments.ts',
      "if (value.join('/').length > MOST_PATH)",
      'if (false)',
      'a deep path counts',
    ],
    [RUN, '1 + Math.floor(path.length / NAMES_OF_ONE)', '1', 'a deep path counts'],
    [RUN, 'if (this.#left < 0)', 'if (false)', 'fileOperations'],
    [RUN, 'if (this.#handles.size >= MOST_HANDLES)', 'if (false)', 'no more handles'],
    [RUN, ' || handle.target !== target', '', 'numbers of handles'],
    [RUN, "if (access !== 'write')", 'if (false)', 'reads, and writes nothing'],
    [RUN, 'Math.max(size, size + quota.bytes) - place', 'Infinity', 'so many bytes more'],
    [RUN, 'if (grows > 0 && grows > quota.bytes)', 'if (false)', 'growing by a size'],
    [
      'trusted/broker/quota.ts',
      'if (this.#made >= this.most.maxFiles)',
      'if (false)',
      'so many files more',
    ],
    [
      RUN,
      'before.kind === KIND.file && before.links === 1',
      'before.kind === KIND.file',
      'growing by a size',
    ],
    [
      RUN,
      'if (quietly(() => mount.directory.stat(path, false))?.inode === before.inode) return',
      '',
      'nothing is given back',
    ],
    [RUN, 'for (const handle of open) handle.isRemoved = true', '', 'nothing is given back'],
    [RUN, 'if (open.length === 0) this', 'this', 'nothing is given back'],
    [
      RUN,
      'const masked = this.#secrets.mask(whole)',
      'const masked = whole',
      'a secret that a guest',
    ],
    [
      REMOTE,
      'const isFresh = this.#changes === this.changes()',
      'const isFresh = true',
      'read again once',
    ],
    [REMOTE, 'if (this.holding.size > MOST_AHEAD) eldest!.forget()', '', 'many files are read'],
    [
      'trusted/files/named-files.ts',
      'if ((wanted & WRITE) !== 0 && isReadOnly)',
      'if (false)',
      'os.access',
    ],
  ]),
  ...of('files-attacks', [
    [
      SYSTEM,
      'openSync(path, O_PATH | O_NOFOLLOW)',
      'openSync(path, O_PATH)',
      'links that are on the disk',
    ],
    [RUN, 'if (kind === KIND.file && links > 1)', 'if (false)', 'a second name'],
    [DIRECTORY, "if (stat.kind === 0) throw new Errno('ENOENT')", '', 'pipes and sockets'],
    [DIRECTORY, 'entry[1] !== 0 && !this', '!this', 'pipes and sockets'],
    [DIRECTORY, '          this.#leave(above)\n', '', 'deep folders'],
    [DIRECTORY, "if (this.#denied.has(path)) throw new Errno('ENOENT')", '', 'denied names'],
    [DIRECTORY, "if (this.#denied.has(path)) throw new Errno('EACCES')", '', 'denied names'],
    [
      DIRECTORY,
      '            entry[1] !== 0 && !this.#denied.has([...path, entry[0]]),',
      '            entry[1] !== 0,',
      'denied names',
    ],
    [OVERLAY, "if (this.denied.has(path)) throw new Errno('EACCES')", '', 'denied names'],
    [
      DIRECTORY,
      '[from, to].some((path) => this.#denied.mayBeBelow(path))',
      'false',
      'denied names',
    ],
    [OVERLAY, ' || this.denied.mayBeBelow(to)', '', 'a folder of an overlay'],
    [
      DIRECTORY,
      'if (target === undefined && this.#isTaken(at))',
      'if (false)',
      'denied names|pipes and sockets',
    ],
    [DENY, ".replace(UNSEEN, '')", '', 'by every spelling'],
    [DENY, '.toLowerCase().toUpperCase()', '', 'by every spelling'],
    [DENY, '[plain, whole].some((name)', '[whole].some((name)', 'by every spelling'],
  ]),
  ...of('files-memory', [
    ['trusted/files/walk.ts', 'if (lengthOf(whole) > MOST_PATH)', 'if (false)', 'a tree deeper'],
    [
      MEMORY,
      'if (new TextEncoder().encode(name).length > MOST_NAME)',
      'if (false)',
      "CPython's own meaning",
    ],
    [NODES, 'if (this.#used + bytes > this.most && bytes > 0)', 'if (false)', 'quotas'],
    [NODES, 'this.charge(NODE_BYTES + name.length)', 'this.charge(0)', 'quotas'],
    [
      NODES,
      'if (node.links > 0 || node.opened > 0) return',
      'if (node.links > 0) return',
      'quotas',
    ],
    [
      NODES,
      "if (this.#used > this.most) throw new Error('more than the volume holds')",
      '',
      'not of these mounts',
    ],
    [NODES, 'if (file.bytes.length > 2 * size)', 'if (size === 0)', 'cut off a file'],
    [
      'trusted/files/descriptors.ts',
      'eldest.entries = undefined',
      '',
      'folders that are read by many',
    ],
    ['trusted/files/descriptors.ts', 'if (fd >= MOST)', 'if (false)', 'descriptors: so many'],
    [
      'trusted/files/open-files.ts',
      'if (!Number.isSafeInteger(to) || to < 0)',
      'if (false)',
      "CPython's own meaning",
    ],
    ['trusted/files/files.ts', '    this.tree.reset()\n', '', 'a reset takes'],
    ['trusted/channel/mounts.ts', ' || !isWithin)', ')', 'a worker brings back'],
    ['trusted/channel/mounts.ts', 'files.length > maxFiles || ', '', 'a worker brings back'],
    ['trusted/channel/mounts.ts', ' || size > maxBytes', '', 'a worker brings back'],
    [
      'trusted/wall/call-values.ts',
      'if (count >>> 0 > MOST_PIECES)',
      'if (false)',
      'forged arguments',
    ],
  ]),
  ...of('files-null', [
    [
      'trusted/files/tree.ts',
      '[...volumes, { at: NULL_DEVICE, volume: nullVolume }]',
      'volumes',
      '',
    ],
  ]),
  ...of('network-rules', [
    ...(REFUSED ?? []).map((row) => [ADDRESSES, row, '', 'addresses']),
    [
      ADDRESSES,
      'if (isWithin(address, NAT64)) return whyRefused(address.slice(12), own)',
      '',
      'addresses',
    ],
    [
      DECIDER,
      'if (deny.some((denied) => isOf(denied, url))) return',
      'if (false) return',
      'one exchange',
    ],
    [DECIDER, ' || REFUSED_METHODS.has(method)', '', 'one exchange'],
    [HEADERS, 'if (RESERVED.has(plain(name))) return', 'if (false) return', 'one exchange'],
    [NETWORK, 'if (body !== null && body.length > most)', 'if (false)', 'one exchange'],
    [NETWORK, 'secrets.mask(whole) }', 'whole }', 'one exchange'],
    [NETWORK, ', secrets.maskText(value)]', ', value]', 'one exchange'],
    [NETWORK, '[secrets.maskText(name), ', '[name, ', 'the name of a header'],
    [SPELLINGS, "' ': ['+'],", '', 'any library'],
    [SPELLINGS, "'/': ['\\\\/'],", '', 'any library'],
    [SPELLINGS, '...numbers((hex) => hex.toUpperCase()),', '', 'any library'],
    [SPELLINGS, '`&#${point};`,', '', 'another carrier'],
    [SPELLINGS, '[...new Set([digit, digit.toUpperCase()])]', '[digit]', 'another carrier'],
    [SPELLINGS, '...[0, 1, 2].map(', '...[0, 2].map(', 'another carrier'],
    [SPELLINGS, 'return Math.max(...places)', 'return Math.min(...places)', ''],
    [SPELLINGS, 'if (end > bytes.length) mayGoOn = true', 'if (end > bytes.length) continue', ''],
    [NETWORK, 'if (mayHoldSecret && isEncoded)', 'if (false)', 'a compressed answer'],
    [
      NETWORK,
      'if (!origins.some((origin) => !origin.isWildcard && isOf(origin, url))) return []',
      '',
      'for it alone',
    ],
    [
      FILLING,
      '? filled.filter(([name]) => !UNREADABLE.has(name.toLowerCase()))',
      '? filled',
      'a compressed answer',
    ],
    [FILLING, 'if (fault !== undefined) throw', 'if (false) throw', 'no header can hold'],
    [ORIGINS, 'if (PORTS[url.protocol] === undefined) return', 'if (false) return', 'URLs'],
    [ADDRESSES, 'if (own.some((range) => isWithin(address, range)))', 'if (false)', 'addresses'],
    [
      ADDRESSES,
      'return address.length === 4 || isWithin(address, GLOBAL) ? undefined',
      'return true ? undefined',
      'addresses',
    ],
    [ADDRESSES, '/^[0-9a-f:.]{2,45}$/i.test(text)', 'true', 'addresses'],
    [ORIGINS, 'if (/[\\0-\\x20\\x7f]/.test(text)) return', 'if (false) return', 'URLs'],
    [
      ORIGINS,
      "if (url.username !== '' || url.password !== '' || /^[^/]*\\/\\/[^/?#]*@/.test(text))",
      'if (false)',
      'URLs',
    ],
    [ORIGINS, ' || /^[^/]*\\/\\/[^/?#]*@/.test(text)', '', 'URLs'],
    [ORIGINS, 'if (text.length > LONGEST_URL)', 'if (false)', 'URLs'],
    [
      ORIGINS,
      "if (url.hostname.endsWith('.')) url.hostname = url.hostname.slice(0, -1)",
      '',
      'URLs',
    ],
    [ORIGINS, "if (url.port === '0') return 'port 0, where nothing listens'", '', 'URLs'],
    [ORIGINS, "if (url.port === '0') throw new TypeError('must have a port above 0')", '', ''],
    [
      ORIGINS,
      'if (address !== undefined && readRange(`${address}/${bits}`))',
      'if (address === undefined && bits !== undefined)',
      '',
    ],
    [ORIGINS, 'isWildcard ? `.${name}`', 'isWildcard ? name', ''],
    [ORIGINS, ' && readableName(url.hostname)', '', ''],
    [ORIGINS, 'portOf(url) === origin.port &&', '', ''],
    [ORIGINS, 'url.protocol === origin.scheme &&', '', ''],
    [
      ORIGINS,
      'if (isOpen ? parts.length < wanted.length : parts.length !== wanted.length) return false',
      '',
      'paths',
    ],
    [ORIGINS, '|\\\\|\\0|%[0-9a-f]{2}/i.test(narrow)', '/i.test(narrow)', 'paths'],
    [ORIGINS, 'if (SPELLED_OTHERWISE.test(read)) return true', '', 'paths'],
    [ORIGINS, ".normalize('NFKC')", '', 'paths'],
    [
      HEADERS,
      "if (typeof value !== 'string' || /[^\\t\\x20-\\x7e\\x80-\\xff]/.test(value))",
      'if (false)',
      'a worker that lies',
    ],
    [
      HEADERS,
      'if (!Array.isArray(rows) || rows.length > MOST)',
      'if (!Array.isArray(rows))',
      'a worker that lies',
    ],
    [HEADERS, 'if (size > MOST_CHARACTERS)', 'if (false)', 'a worker that lies'],
    [
      NETWORK,
      'if (body !== null && !(body instanceof Uint8Array))',
      'if (false)',
      'a worker that lies',
    ],
    [
      NETWORK,
      "if (typeof allowed === 'string') throw new Refusal(allowed)",
      '',
      'a worker that lies',
    ],
  ]),
  ...of('network-attacks', [
    [NODE, 'lookup: pinned,', '', 'whose address changes'],
    [
      NETWORK,
      'if (why === undefined || (address && named.some((range) => isWithin(address, range))))',
      'if (true)',
      'lead there',
    ],
    [
      NETWORK,
      'for (const text of found) {',
      'for (const text of found.slice(0, 1)) {',
      'lead there',
    ],
    [
      NETWORK,
      'rule(target) {',
      'rule(target) {\n      void options.transport.resolve(nameOf(new URL(target.split(" ")[1]!))).catch(() => {})',
      'no name that is not allowed',
    ],
    [DECIDER, '(!isAmbiguous(pathname) && paths', '(paths', 'no path outside'],
    [HEADERS, 'if (OVERRIDING.has(plain(header[0])))', 'if (false)', 'no header has another'],
    [DECIDER, "methods.includes('*') || methods.includes(method)", 'true', 'no other method'],
    [
      SECRETS,
      'if (!isFor(secret.origins, url)) throw new Refusal(`${name} may not be sent to ${url.origin}`)',
      '',
      'no secret leaves',
    ],
    [
      NODE,
      'allowH2: false,',
      "allowH2: false,\n    ...(process.env['http_proxy'] && { socketPath: '/nowhere' }),",
      'a proxy in the environment',
    ],
  ]),
  ...of('network', [
    [NETWORK, 'if (size > room)', 'if (false)', 'bodies without end'],
    [NODE, 'maxHeaderSize: HEADER_BYTES', 'maxHeaderSize: 1 << 28', 'bodies without end'],
    [
      NETWORK,
      'const signal = late ? AbortSignal.any([outer, late]) : outer',
      'const signal = outer',
      '',
    ],
    [
      NETWORK,
      'return { path, calls, approve, timeoutMs } satisfies Rule',
      'return { path, calls: undefined, approve, timeoutMs } satisfies Rule',
      'requests, bytes, time',
    ],
    [FILLING, '...given.filter(([name]) => !isOwn.has(name.toLowerCase()))', '...given', ''],
    ['trusted/network/gate.ts', 'while (this.#free === 0)', 'while (false)', ''],
  ]),
]

/** Workers run what is bundled. */
const bundle = (copy) => spawnSync('node', ['dist/cli/write-bundle.js'], { cwd: copy })

/** What the tests of a row say without its defence: whether one failed. */
function holds({ file, text, broken, test, name }, copy) {
  const path = join(copy, 'src', file)
  const source = readFileSync(path, 'utf8')
  const built = join(copy, 'dist', file.replace(/ts$/, 'js'))
  const before = readFileSync(built)
  const put = (written) => {
    writeFileSync(path, written)
    const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 }
    writeFileSync(built, ts.transpileModule(written, { compilerOptions }).outputText)
  }
  put(source.replace(text, () => broken))
  bundle(copy)
  const only = name ? ['-t', name] : []
  const args = [
    'vitest',
    'run',
    '--maxWorkers=1',
    '--bail=1',
    '--reporter=dot',
    `test/${test}.test.ts`,
    ...only,
  ]
  const { status, stdout } = spawnSync('npx', args, {
    cwd: copy,
    encoding: 'utf8',
    timeout: 300_000,
  })
  writeFileSync(path, source)
  writeFileSync(built, before)
  bundle(copy)
  const ran = /Tests .*?(\d+) (?:failed|passed)/.test(stdout.replace(/\x1b\[\d+m/g, ''))
  return status !== 0 && (ran || status === null)
    ? 'fails'
    : ran
      ? 'PASSES ALL THE SAME'
      : 'NO TEST RAN'
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const words = process.argv.slice(2)
  const rows = DEFENCES.filter((row) => words.every((word) => JSON.stringify(row).includes(word)))
  const copy = mkdtempSync(join(tmpdir(), 'defences-'))
  try {
    for (const name of ['src', 'test', 'dist', 'fixtures', 'docs', 'grammar-rules'])
      cpSync(join(ROOT, name), join(copy, name), { recursive: true })
    for (const name of [
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'vitest.config.ts',
      'README.md',
    ])
      cpSync(join(ROOT, name), join(copy, name))
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
    // What is built is broken with its source: nothing is to be built again.
    writeFileSync(join(copy, 'test/support/build-guard.ts'), 'export default () => {}\n')
    for (const row of rows)
      console.log(holds(row, copy), '|', row.file, '|', row.text.trim(), '|', row.test, row.name)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}
