/** A sheet: many formulas over many rows, in as few calls as there can be, with an error for each cell that has no value. */
import { errorOf, type Cell, type RawCell, type Task } from './cells.js'
import type { Code } from './code.js'
import type { Evaluator } from './evaluator.js'
import { argumentsOf, encodeArguments, type Row } from './formula-arguments.js'
import type { Runtime } from './runs.js'
import { CANCELLED_UNSPENT, type Outcome } from './outcome.js'
import type { Value } from '../trusted/channel/values.js'

/** What all cells have in common. */
interface Filling {
  left: number
  settled: boolean
  readonly done: () => void
  readonly fail: (error: unknown) => void
}

class CellTask implements Task {
  cell: Cell = { error: errorOf(CANCELLED_UNSPENT) }

  constructor(
    private readonly filling: Filling,
    readonly code: Code,
    readonly args: Uint8Array,
  ) {}

  get isOver(): boolean {
    return this.filling.settled
  }

  told(cell: RawCell | Outcome): void {
    const { filling } = this
    if (filling.settled) return
    this.cell = cellOf(cell)
    if (--filling.left === 0) filling.done()
  }

  failed(error: unknown): void {
    this.filling.settled = true
    this.filling.fail(error)
  }
}

/**
 * Each formula's cells, in the order of the rows. Rejects with what a worker's lack is told by.
 * @throws ArgumentError, ValueError that name the row, before anything is evaluated
 */
export async function evaluateSheet(
  evaluator: Evaluator,
  runtime: Runtime,
  codes: readonly Code[],
  rows: readonly Row[],
  signal: AbortSignal | undefined,
): Promise<Cell[][]> {
  let cancel = (): void => {}
  let tasks: CellTask[][] = []
  await new Promise<void>((resolve, reject) => {
    const filling: Filling = {
      left: codes.length * rows.length,
      settled: false,
      done: resolve,
      fail: reject,
    }
    cancel = () => {
      filling.settled = true
      resolve()
    }
    tasks = codes.map((code) =>
      rows.map((row, index) => {
        const place = `rows[${index}]`
        return new CellTask(
          filling,
          code,
          encodeArguments(code, argumentsOf(code, row, place), runtime, `${place}.`),
        )
      }),
    )
    if (filling.left === 0 || signal?.aborted) return cancel()
    signal?.addEventListener('abort', cancel)
    evaluator.ask(tasks.flat())
  }).finally(() => signal?.removeEventListener('abort', cancel))
  return tasks.map((column) => column.map(({ cell }) => cell))
}

function cellOf(told: RawCell | Outcome): Cell {
  if ('status' in told)
    return told.status === 'returned' ? { value: told.value } : { error: errorOf(told) }
  if ('value' in told) return { value: told.value }
  const { type, message } = (told.raised ?? {}) as { type?: Value; message?: Value }
  const name = typeof type === 'string' ? type : 'Exception'
  const text = typeof message === 'string' ? message : ''
  return { error: { status: 'raised', type: name, message: `${name}${text && `: ${text}`}` } }
}
