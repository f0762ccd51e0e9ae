/** What the sandboxes of Python before this one offered, and what stands here in its place: the table of docs/systems.md. */

/** One thing that a system offered. */
export interface Offer {
  readonly system: string
  readonly offered: string
  /** What is here instead. */
  readonly here: string
  /** Shows it, in the repository's root; `shows` is in what it prints. */
  readonly command: string
  readonly shows: string
  /** Holds it: a file of `test/`, and the name of a test in it. */
  readonly test: readonly [file: string, name: string]
}

const NARROW = '--policy fixtures/systems/narrow.json'
// Commands that show what two rows tell.
const FILES = `pyrestrict run ${NARROW} -c 'print(open("/data/inputs.json").read(1)); open("/data/report.py")'`
const WHOLE = `pyrestrict run --language full -c 'import os; eval("6 * 7"), os.listdir("/")'`
const TIMED = `pyrestrict run --timeout 200ms -c 'sum(range(10**12))'`

const offers = (system: string, ...rows: readonly Omit<Offer, 'system'>[]): readonly Offer[] =>
  rows.map((row) => ({ system, ...row }))

export const OFFERS: readonly Offer[] = [
  ...offers(
    'rexec',
    {
      offered:
        'attributes of a class as policy: modules, builtins, paths, names of `sys` and `posix`',
      here: 'a policy, as data: modules with the names each shows, builtins, files, requests',
      command: `pyrestrict run ${NARROW} -c 'import json'`,
      shows: 'error[PR301]: the policy does not grant module `json`',
      test: ['policy', 'a list grants those names, "*" all of them, and nothing is inherited'],
    },
    {
      offered: '`r_exec`, `r_eval`, `r_import`, `r_open`, each to be overridden',
      here: "modes `exec`, `eval` and `function`; modules and functions of the host's in place of hooks",
      command: 'pyrestrict run fixtures/readme/shop.py --module prices=fixtures/readme/prices.py',
      shows: 'total 0',
      test: [
        'modules',
        'a module is imported, has state and globals of its own, and sees what the host grants',
      ],
    },
    {
      offered: '`s_exec`, `s_eval`: input and output redirected',
      here: 'stdin, stdout and stderr of each run, with caps',
      command: `pyrestrict run -c 'print(1)' --format json`,
      shows: '"stdout":"1\\n"',
      test: ['sandbox', 'tells stdout and stderr apart, and an exit with its code'],
    },
    {
      offered: 'a module table for each environment, and nested ones with fewer rights',
      here: 'modules of each run, pristine; a limit of a run can be lowered and not raised',
      command: `pyrestrict run --limit outputBytes=10 -c 'print("x" * 100)'`,
      shows: 'stopped: outputBytes: used 10 of 10 bytes',
      test: ['policy', 'those of one run complete those of the policy, and a ceiling holds'],
    },
  ),
  ...offers('Bastion', {
    offered: 'an object of which a filter shows some methods, with a repr that tells nothing',
    here: 'capabilities and exposures: what is listed, and nothing else, from another memory',
    command: 'node fixtures/systems/bastion.mjs',
    shows: '[42,"AttributeError","AttributeError",3,"<account of the host>"',
    test: ['capabilities', 'an object shows what is listed'],
  }),
  ...offers(
    'PyPy sandbox',
    {
      offered: 'each system call is a message that a controller answers',
      here: 'each effect is a question to the host, judged, counted, logged with its line',
      command: `pyrestrict run --read fixtures/readme::/tmp --log /dev/stdout -c 'open("/tmp/inputs.json").close()' | cat`,
      shows: '"kind":"file.read","target":"/tmp/inputs.json","rule":"filesystem[\\"/tmp\\"]"',
      test: ['files-host', 'each opening and change is an event with its rule; pieces are none'],
    },
    {
      offered: 'a file system of its own, with a real directory at `/tmp` (`--tmp`)',
      here: "a tree of its own, with folders in memory and of the host's anywhere in it, `/` included",
      command: `pyrestrict run --read fixtures/readme::/ -c 'open("/../inputs.json").read(1)'`,
      shows: "'{'",
      test: ['files-host', 'there is nothing above, by any number of dots'],
    },
    {
      offered: '`--timeout` and `--heapsize`',
      here: '`--timeout`, `--memory`, `--fuel`, and limits of all else',
      command: TIMED,
      shows: 'stopped: wallMs: used',
      test: ['limits', 'wallMs cannot be caught, and tells what was written until then'],
    },
    {
      offered: 'whole programs, unmodified, in a process of their own',
      here: '`language: full`: all of Python 3.14, unrewritten, behind the same wall',
      command: WHOLE,
      shows: '(42, ',
      test: ['full', 'the language is all of Python'],
    },
  ),
  ...offers(
    'Jython and IronPython',
    {
      offered: 'permissions by resource, in files, outside the language (SecurityManager, CAS)',
      here: "a policy file of the host's, apart from every source; no comment in a source changes it",
      command: FILES,
      shows: "FileNotFoundError: [Errno 44] No such file or directory: '/data/report.py'",
      test: [
        'files-host',
        'denied names are not there and are not made, in any case or form of Unicode',
      ],
    },
    {
      offered: 'an AppDomain is unloaded',
      here: 'a worker is ended, whatever it does, and a spare is waiting',
      command: TIMED,
      shows: 'stopped: wallMs: used',
      test: [
        'kill',
        'at random, under load: every run is answered, queued ones finish, running ones crashed, the host lives',
      ],
    },
  ),
  ...offers(
    'chroot, containers, rlimits',
    {
      offered: 'a boundary that does not trust the interpreter',
      here: "WebAssembly, and around it a process under Node's permissions; `wrap` puts it into the system's sandbox as well",
      command: WHOLE,
      shows: ', [])',
      test: [
        'jail',
        'leaves code in a jail no file, process, thread, addon, evaluation or environment',
      ],
    },
    {
      offered: 'limits of CPU, memory and files for a process',
      here: 'limits of time, fuel, memory, output, files and questions for a run, told in its outcome',
      command: `pyrestrict run --memory 64m -c 'bytes(10**9)'`,
      shows: 'MemoryError',
      test: ['limits', 'memoryMb: more is a MemoryError that the guest may catch'],
    },
  ),
  ...offers(
    'Plash',
    {
      offered: 'authority by the arguments of the command line: this file, and no name of another',
      here: '`--read`, `--write`, `--overlay`, `--allow-net`: each grants one thing',
      command: `pyrestrict run --read fixtures/readme/inputs.json::/in.json -c 'open("/in.json").read(1)'`,
      shows: "'{'",
      test: ['files-host', 'one file is mounted as one file'],
    },
    {
      offered: 'a root of its own with some files, for each process',
      here: 'files put into a run and taken out of it; a folder under an overlay stays as it was',
      command: `pyrestrict run --overlay fixtures/readme::/ -c 'open("/inputs.json", "w").write("{}")'`,
      shows: '2',
      test: ['files-host', 'an overlay is written in memory, and the disk is as it was'],
    },
  ),
  ...offers(
    'Zope RestrictedPython',
    {
      offered: 'a list of what is allowed, and rewriting to guards that have names',
      here: "the same names of guards, newline for newline; what runs is verified again by CPython's own parser",
      command: 'pyrestrict rewrite fixtures/readme/guarded.py',
      shows: "for row in _getiter_(_getattr_(table,'rows')):",
      test: ['rewrite-meaning', 'a guarded program does what its source does'],
    },
    {
      offered: 'errors, warnings and used names in one result',
      here: 'the same with positions, hints and rules, as text, JSON, SARIF and more',
      command: 'pyrestrict check fixtures/cli/finding.py --format json',
      shows: '"code":"PR203"',
      test: ['rules', 'every code that is emitted has a rule'],
    },
  ),
  ...offers(
    "Brett Cannon's secured interpreter",
    {
      offered: 'builtins chosen for each interpreter; `open` and `import` mediated',
      here: 'builtins of each policy, and `open` that finds what is mounted',
      command: `pyrestrict run --preset formula -c 'open("x")'`,
      shows: 'error[PR208]: the policy does not grant builtin `open`',
      test: ['policy', 'allow narrows to a list, deny takes from it'],
    },
    {
      offered: 'a list of dangerous constructors: files, code, frames, `__subclasses__`',
      here: 'rules that say what is refused, why, and what to write instead; an audit walks what a guest can reach',
      command: 'pyrestrict rule PR204',
      shows: 'gi_frame',
      test: ['audit', 'with every standard module, calling what it reaches'],
    },
  ),
  ...offers('mxProxy', {
    offered:
      'proxies whose object Python cannot see, with an interface list; weak ones, and cleanup',
    here: 'objects stay with the host, as numbers in the guest; they end with the run, or by `revoke()`',
    command: 'node fixtures/systems/bastion.mjs',
    shows: 'null,"PermissionError"]',
    test: ['capabilities', 'an object shows what is listed'],
  }),
  ...offers(
    'CaPerl and CapPython',
    {
      offered: 'compiles to the ordinary language',
      here: '`rewrite` gives text and a source map, for an interpreter of your own',
      command: 'pyrestrict rewrite fixtures/readme/guarded.py',
      shows: '_write_(row).seen += 1',
      test: ['rewrite-meaning', 'taking the guards out gives the source back'],
    },
    {
      offered: 'no ambient names: a program has what it was handed',
      here: 'the names that a host provides are told; any other is a finding',
      command:
        'pyrestrict check --mode eval --names price,qty --format concise fixtures/cli/formula.txt',
      shows: 'PR209 nobody provides `tax`',
      test: ['sandbox', 'refuses a name that nobody provides, once names are declared'],
    },
    {
      offered: 'private attributes by `self` alone',
      here: 'private names are renamed: those of the library and of the host cannot be spelled',
      command: `pyrestrict run -c 'import string; string._re'`,
      shows: "AttributeError: module 'string' has no attribute '_re'",
      test: ['trust-attacks', 'what is private stays as it is, and is not shown'],
    },
  ),
  ...offers(
    "Mitch Kapor's note on scripts in an application",
    {
      offered:
        "scripts in a person's application, without files and network; one switch for each power",
      here: 'presets for formulas, templates, scripts, agents and schools; each key of a policy grants one power',
      command: 'pyrestrict policy --preset formula',
      shows: '"filesystem": {}',
      test: ['policy', 'nothing can be imported, and every limit has its default'],
    },
    {
      offered: 'messages that say what is denied',
      here: 'position, rule, reason and what to write instead',
      command: 'pyrestrict check fixtures/cli/finding.py',
      shows: 'hint: write `type(x)`',
      test: ['rules', 'what a module does not show is told what to use instead, imported or read'],
    },
  ),
  ...offers(
    'Pynbox',
    {
      offered: 'a file of directories to read and to write',
      here: '`filesystem` in a policy file: read, overlay, write, memory, quotas, names never shown',
      command: FILES,
      shows: '{\n',
      test: ['files-host', 'a mount that is written is written'],
    },
    {
      offered: '`run`, as `python` is run',
      here: '`pyrestrict run FILE`: output as it comes, tracebacks of the source, exit statuses',
      command: 'node fixtures/readme/weekly/host.mjs',
      shows: 'returned not sent: RequestRefused',
      test: ['cli-run', 'an exception: the traceback CPython prints, status 3'],
    },
  ),
]
