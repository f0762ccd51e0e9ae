/**
 * The Python types that cross as text, each with what its constructor reads back. A text that does not pass here is refused where
 * it is given, with the path to it, and never reaches a constructor that would raise.
 */

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const OFFSET = String.raw`(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{6})?)?)?`
const TIME = new RegExp(String.raw`^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?${OFFSET}$`)
const FLOAT = String.raw`(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)`
const COMPLEX = new RegExp(`^(?:[+-]?${FLOAT}j?|[+-]?${FLOAT}[+-](?:${FLOAT})?j|[+-]?j)$`, 'i')
const DECIMAL = /^[+-]?(?:(\d+)(?:\.\d*)?|\.\d+)(?:e([+-]?\d{1,9}))?$/i
/** Python reads no more digits as an int, and the decimal module of a 32-bit build no larger exponents. */
const MOST_DIGITS = 4_300
const MOST_EXPONENT = 425_000_000
/** The longest timedelta, in seconds; the shortest is a day longer, less than a second. */
const MOST_SECONDS = 86_399_999_999_999n
const LEAST_SECONDS = -86_399_999_913_600n

function isDate(text: string): boolean {
  const [, year, month, day] = (DATE.exec(text) ?? []).map(Number)
  if (!year || !month || !day || month > 12) return false
  // The last day of a month is the day before the first of the next.
  const end = new Date(0)
  end.setUTCFullYear(year, month, 0)
  return day <= end.getUTCDate()
}

function isTimedelta(text: string): boolean {
  const [, seconds, part] = /^(-?\d{1,14})(\.\d{1,6})?$/.exec(text) ?? []
  if (seconds === undefined) return false
  const whole = BigInt(seconds)
  return whole <= MOST_SECONDS && (whole > LEAST_SECONDS || (whole === LEAST_SECONDS && !part))
}

function isDecimal(text: string): boolean {
  if (/^[+-]?(?:inf(?:inity)?|s?nan\d{0,9})$/i.test(text)) return true
  const [, whole = '', exponent = '0'] = DECIMAL.exec(text) ?? ['', '', 'none']
  const leading = Number(exponent) + whole.length
  return text.length < MOST_EXPONENT && Math.abs(leading) < MOST_EXPONENT
}

function isFraction(text: string): boolean {
  const [, , whole = '', part = '', below = '1'] =
    /^([+-]?)(\d+)(?:\.(\d*))?$/.exec(text) ?? /^([+-]?)(\d+)()\/(\d+)$/.exec(text) ?? []
  return (
    whole !== '' &&
    whole.length + part.length <= MOST_DIGITS &&
    below.length <= MOST_DIGITS &&
    /[1-9]/.test(below)
  )
}

/** Whether a text is one that the type of that name reads. */
export const TEXTS: Readonly<Record<string, (text: string) => boolean>> = {
  datetime: (text) =>
    isDate(text) ||
    (isDate(text.slice(0, 10)) && /^[T ]/.test(text[10]!) && TIME.test(text.slice(11))),
  date: isDate,
  time: (text) => TIME.test(text),
  timedelta: isTimedelta,
  Decimal: isDecimal,
  Fraction: isFraction,
  complex: (text) => COMPLEX.test(text.replace(/^\((.*)\)$/, '$1')),
  UUID: (text) =>
    /^[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}$/i.test(text),
}

/** A float as Python writes it within a complex number: `1`, `1.5`, `1e+16`, `-0`, `inf`. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf'
  if (Object.is(value, -0)) return '-0'
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string]
  if (Number(exponent) >= -4 && Number(exponent) < 16) return String(value)
  return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`
}

/** `repr` of a complex number. */
export function complexText(real: number, imaginary: number): string {
  const part = floatText(imaginary)
  if (Object.is(real, 0)) return `${part}j`
  return `(${floatText(real)}${part.startsWith('-') ? '' : '+'}${part}j)`
}
