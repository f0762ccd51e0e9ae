/**
 * Every error the library throws. All of them are the host's own mistakes or a broken installation: bad Python is a
 * {@link Diagnostic}, and what a guest does is an `Outcome`. Catch {@link PyrestrictError} for all of them at once.
 */

import type { Diagnostic } from './diagnostic.js'

/** The common base class of every error thrown by this library. */
export class PyrestrictError extends Error {
  override readonly name: string = 'PyrestrictError'
}

/** A policy, or an option of a call, has an unknown key, a value out of range, or asks for what an isolation cannot do. */
export class PolicyError extends PyrestrictError {
  override readonly name = 'PolicyError'
}

/** A module of the host's own, for guests to import, is refused; the message tells the first place where. */
export class ModuleError extends PyrestrictError {
  override readonly name = 'ModuleError'

  constructor(
    message: string,
    /** Its name. */
    readonly module: string,
    /** Why: empty where it could not be compiled for another reason. */
    readonly diagnostics: readonly Diagnostic[],
  ) {
    super(message)
  }
}

/** A file under `grammar-rules/` is ill-formed; the message names the file and the line. */
export class RuleError extends PyrestrictError {
  override readonly name = 'RuleError'
}

/** An argument of a call has the wrong type, as `check(42)`; the message names the argument. */
export class ArgumentError extends PyrestrictError {
  override readonly name = 'ArgumentError'
}

/** A value given to a guest (an input, an argument) is not one that can cross: the message holds the path to it. */
export class ValueError extends PyrestrictError {
  override readonly name = 'ValueError'
}

/** The parser, the guest image or the WebAssembly module is missing or is not the one this version was built with. */
export class InstallationError extends PyrestrictError {
  override readonly name = 'InstallationError'
}

/** A sandbox, program or session was used after it was closed. */
export class ClosedError extends PyrestrictError {
  override readonly name = 'ClosedError'
}

/** More runs are waiting, or more sessions open, than the sandbox was created for. Nothing was run: try again later. */
export class OverloadError extends PyrestrictError {
  override readonly name = 'OverloadError'
}

/** A session's snapshot, or compiled code, was not made by this sandbox's key, image and policy, or was changed since. */
export class SnapshotError extends PyrestrictError {
  override readonly name = 'SnapshotError'
}

/**
 * The state of a run that waits cannot be resumed: it was changed, was used before, has expired, or was made with another key or
 * under other terms (image, policy, trusted modules, capabilities, tenant). The message says which.
 */
export class StateError extends PyrestrictError {
  override readonly name = 'StateError'
}
