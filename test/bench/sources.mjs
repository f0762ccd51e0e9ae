/** Python to measure with: made here, so that every machine measures the same. */

/** 400 formulas of a line each, as a spreadsheet has them. */
export const formulas = Array.from(
  { length: 400 },
  (_, i) =>
    [
      `price * qty * (1 - discount / 100) + ${i}`,
      `sum(row.price * row.qty for row in orders if row.region == 'EU' and row.year >= ${2000 + (i % 30)})`,
      `round(max(a[${i % 7}], b['x'], default) / len(items[${i}:]), 2) if items else None`,
      `f'{name.title()}: {total:,.2f} of {limit!r}' + ' EUR'`,
    ][i % 4],
)

const FUNCTION = (i) => `
@cached(maxsize=${i})
def convert_${i}(value, *parts, scale: float = ${i}.5, unit='mm', **options):
    """Convert a value; "parts" are added to it, each scaled.

    Returns None when nothing is left to convert.
    """
    total = 0
    for index, part in enumerate(parts, start=1):
        if not isinstance(part, (int, float)) or part < 0:
            raise ValueError(f'part {index} of {len(parts)} is bad: {part!r:>10}')
        total += part * scale ** index  # later parts weigh more
    results = [x for x in (value, total) if x is not None and x != options.get('ignore')]
    if unit in UNITS and results:
        return Measure(sum(results), unit=unit, label='%s (%d)' % (unit, len(results)))
    elif options:
        options['seen'], *rest = sorted(options.items(), key=lambda item: (item[0], -len(str(item[1]))))
    try:
        with open_report(unit, 'w') as report:
            report.write(f"{value}:{total:.3f}\\n")
    except (OSError, KeyError) as error:
        log.warning('cannot report %s', error)
    return None


class Shape_${i}(Base, Mixin):
    sides: int = ${i}
    names = {'a': 1, 'b': [1, 2, 3], "c": (None, True)}

    def __init__(self, width, height=None):
        self.width, self.height = width, height or width
        self._cache = {}

    @property
    def area(self):
        return self.width * self.height

    def __repr__(self):
        return f'{type(self).__name__}({self.width}, {self.height})'
`

/** A program of one megabyte, of functions and classes as people write them. */
export const program = (() => {
  const parts = ['import math\nfrom shapes import Base, Mixin, Measure\n']
  for (let i = 0, size = 0; size < 1_000_000; i += 1) {
    parts.push(FUNCTION(i))
    size += parts[i + 1].length
  }
  return parts.join('')
})()
