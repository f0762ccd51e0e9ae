/**
 * What a bench found, as figures that are the machine's as little as can be: ratios. Each has a name, under which figures.json says
 * how large it may be; `npm run bench -- --check` reads them.
 */
import { appendFileSync } from 'node:fs'

/** Whether only what has a bound is measured, in fewer rounds: for `--check`. */
export const isBrief = process.env.BENCH_BRIEF === '1'

/** Tells a figure to whoever ran this bench; nobody, where it was run by itself. */
export function figure(name, value) {
  const file = process.env.BENCH_FIGURES
  if (file !== undefined) appendFileSync(file, `${JSON.stringify([name, value])}\n`)
}
