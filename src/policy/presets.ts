/**
 * The presets: named starting points, each a partial policy and nothing more. What a policy says beside its preset replaces
 * the preset's field (limits: one by one), it is never merged into it, so that what is written is what holds.
 */
import type { Policy } from './policy.js'

/** A partial policy, and whom it is for. */
export interface Preset extends Omit<Policy, '$schema' | 'preset'> {
  /** Whom it is for, in one sentence. */
  readonly text: string
}

const MIB = 1024 * 1024

/** The names of the presets, as `preset` of a policy and `--preset` take them. */
export const PRESET_NAMES = ['formula', 'template', 'script', 'agent', 'education'] as const

/** The name of a preset. */
export type PresetName = (typeof PRESET_NAMES)[number]

/** The presets by name. What each grants is a table of the README, *Policies*; `pyrestrict policy --preset NAME` prints one whole. */
export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  formula: {
    text: 'One expression or a few lines in a spreadsheet, a rule or a filter: numbers, dates and text, no output.',
    modules: {
      math: '*',
      statistics: '*',
      decimal: '*',
      fractions: '*',
      datetime: '*',
      calendar: '*',
      re: '*',
      string: '*',
      random: '*',
      itertools: '*',
      functools: '*',
    },
    builtins: { deny: ['input', 'open', 'print'] },
    limits: {
      wallMs: 250,
      fuel: 1_000_000,
      memoryMb: 64,
      outputBytes: 0,
      resultBytes: MIB,
      sourceBytes: 65_536,
      depth: 500,
      recursion: 500,
      codeBytes: 2 * MIB,
    },
  },
  template: {
    text: 'Code that renders text from data: pages, mails, reports.',
    modules: {
      math: '*',
      statistics: '*',
      decimal: '*',
      fractions: '*',
      datetime: '*',
      calendar: '*',
      zoneinfo: '*',
      re: '*',
      string: '*',
      textwrap: '*',
      random: '*',
      itertools: '*',
      functools: '*',
      operator: '*',
      collections: '*',
      json: '*',
      html: '*',
      'urllib.parse': '*',
      unicodedata: '*',
    },
    builtins: { deny: ['input', 'open'] },
    limits: {
      wallMs: 1_000,
      fuel: 5_000_000,
      memoryMb: 128,
      outputBytes: 4 * MIB,
      resultBytes: 4 * MIB,
      sourceBytes: 262_144,
      codeBytes: 8 * MIB,
    },
  },
  script: {
    text: 'A program of its own: a step of a workflow, a plug-in, a job.',
    modules: 'standard',
    limits: { recursion: 100_000 },
  },
  agent: {
    text: 'Code that a language model wrote: more time and memory, less output, since a model reads it.',
    modules: 'standard files',
    dunders: 'guarded',
    evaluate: true,
    limits: { wallMs: 30_000, memoryMb: 512, outputBytes: 262_144, recursion: 100_000 },
  },
  education: {
    text: "A learner's exercise: everything to learn with, endings soon enough to notice an endless loop.",
    modules: 'standard files',
    dunders: 'guarded',
    evaluate: true,
    limits: {
      wallMs: 10_000,
      outputBytes: 262_144,
      resultBytes: MIB,
      sourceBytes: 262_144,
      recursion: 100_000,
    },
  },
}
