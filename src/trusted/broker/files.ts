/**
 * The effects `file.…` and `handle.…`: files of the host's, for one run. Targets are guest paths; the mount that a path lies in is
 * found here, and its rule is what counts, whatever the worker believes.
 *
 * `file.read` and `file.write` open, and give a number by which the pieces are asked for (`handle.…`): those are no effects that a
 * log would tell of, and count among `limits.fileOperations` alone. Every operation is one of {@link OPERATIONS}; what it does not
 * understand is EINVAL.
 */
import { O } from '../files/volume.js'
import type { Effect, Question, Rule } from './effect.js'
import { names, whole } from './file-arguments.js'
import { FileRun, rowOf, type Operation } from './file-run.js'
import type { FilesOptions } from './host-mounts.js'

/** What the log tells of, and what an approval may be asked for. */
const TOLD = [
  'file.read',
  'file.write',
  'file.mkdir',
  'file.rmdir',
  'file.unlink',
  'file.rename',
  'file.truncate',
  'file.chmod',
  'file.utimes',
]

const OPERATIONS: Readonly<Record<string, Operation>> = {
  'file.stat': (_, { directory }, path, [follow]) => rowOf(directory.stat(path, follow === true)),
  'file.list': (run, mount, path, [from], target) => run.list(mount, path, whole(from), target),
  'file.readlink': (_, { directory }, path) => directory.readLink(path),
  'file.read': (run, mount, path, [flags], target) =>
    run.open(mount, path, whole(flags) & ~(O.ACCESS | O.CREAT | O.TRUNC), 0, target),
  'file.write': (run, mount, path, [flags, mode], target) =>
    run.open(mount, path, whole(flags), whole(mode), target),
  'file.mkdir': (run, mount, path, [mode]) =>
    run.making(mount, () => mount.directory.makeFolder(path, whole(mode) & 0o777)),
  'file.rmdir': (run, mount, path) => run.changing(mount, () => mount.directory.remove(path, true)),
  'file.unlink': (run, mount, path) =>
    run.freeing(mount, path, () => mount.directory.remove(path, false)),
  'file.rename': (run, mount, path, [to]) => {
    const target = names(to)
    run.freeing(mount, target, () => mount.directory.rename(path, target))
  },
  'file.truncate': (run, mount, path, [size], target) => {
    const [handle] = run.open(mount, path, O.WRONLY, 0, target)
    try {
      run.resize(run.handle(handle, target), whole(size))
    } finally {
      run.close(handle)
    }
  },
  'file.chmod': (run, mount, path, [mode, follow]) =>
    run.changing(mount, () =>
      mount.directory.change(path, follow === true, (at, stat) =>
        run.setMode(at, stat, whole(mode)),
      ),
    ),
  'file.utimes': (run, mount, path, [accessed, modified, follow]) =>
    run.changing(mount, () =>
      mount.directory.change(path, follow === true, (at, stat) =>
        run.setTimes(at, stat, accessed, modified),
      ),
    ),
  'handle.stat': (run, _, __, [handle], target) =>
    rowOf(run.system.stat(run.handle(handle, target).fd)),
  'handle.read': (run, _, __, [handle, at, size], target) =>
    run.read(run.handle(handle, target), whole(at), whole(size)),
  'handle.write': (run, _, __, [handle, at, bytes], target) =>
    run.write(run.handle(handle, target), at === null ? undefined : whole(at), bytes),
  'handle.truncate': (run, _, __, [handle, size], target) =>
    run.resize(run.handle(handle, target), whole(size)),
  'handle.chmod': (run, _, __, [handle, mode], target) =>
    run.changeOpen(run.handle(handle, target), (at, stat) => run.setMode(at, stat, whole(mode))),
  'handle.utimes': (run, _, __, [handle, accessed, modified], target) =>
    run.changeOpen(run.handle(handle, target), (at, stat) =>
      run.setTimes(at, stat, accessed, modified),
    ),
  'handle.close': (run, _, __, [handle], target) => {
    run.handle(handle, target)
    run.close(handle as number)
  },
}

/** The effects of one run's files. */
export function fileEffects(options: FilesOptions): Map<string, Effect> {
  const run = new FileRun(options)
  return new Map(
    Object.entries(OPERATIONS).map(([kind, operation]) => [
      kind,
      {
        isCountedApart: true,
        isQuiet: !TOLD.includes(kind) && kind !== 'file.list',
        rule: (target: string): Rule | undefined => {
          const mount = run.mountOf(target)
          return (
            mount && {
              path: mount.path,
              calls: undefined,
              approve: mount.approve && TOLD.includes(kind),
              timeoutMs: options.timeoutMs,
            }
          )
        },
        perform: (question: Question): unknown => run.perform(operation, question),
        close: (): void => run.end(),
      },
    ]),
  )
}
