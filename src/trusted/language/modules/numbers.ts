/** Numbers, chance, and counting with them. */
import type { ModuleRecords } from './record.js'

/** The records by full name. */
export const NUMBERS: ModuleRecords = {
  cmath: {
    shows: `
      acos acosh asin asinh atan atanh cos cosh e exp inf infj isclose isfinite isinf isnan log
      log10 nan nanj phase pi polar rect sin sinh sqrt tan tanh tau`,
  },
  colorsys: {
    shows: `hls_to_rgb hsv_to_rgb rgb_to_hls rgb_to_hsv rgb_to_yiq yiq_to_rgb`,
  },
  decimal: {
    shows: `
      BasicContext Clamped Context ConversionSyntax Decimal DecimalException DecimalTuple
      DefaultContext DivisionByZero DivisionImpossible DivisionUndefined ExtendedContext
      FloatOperation HAVE_CONTEXTVAR HAVE_THREADS IEEEContext IEEE_CONTEXT_MAX_BITS Inexact
      InvalidContext InvalidOperation MAX_EMAX MAX_PREC MIN_EMIN MIN_ETINY Overflow ROUND_05UP
      ROUND_CEILING ROUND_DOWN ROUND_FLOOR ROUND_HALF_DOWN ROUND_HALF_EVEN ROUND_HALF_UP ROUND_UP
      Rounded Subnormal Underflow getcontext localcontext setcontext`,
    wrapped: true,
    subclassable: `Decimal`,
    configurable: `Context`,
  },
  fractions: {
    shows: `Fraction`,
    subclassable: true,
  },
  math: {
    shows: `
      acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist e erf
      erfc exp exp2 expm1 fabs factorial floor fma fmod frexp fsum gamma gcd hypot inf isclose
      isfinite isinf isnan isqrt lcm ldexp lgamma log log10 log1p log2 modf nan nextafter perm pi
      pow prod radians remainder sin sinh sqrt sumprod tan tanh tau trunc ulp`,
  },
  numbers: {
    shows: `Complex Integral Number Rational Real`,
    subclassable: true,
  },
  random: {
    shows: `
      Random SystemRandom betavariate binomialvariate choice choices expovariate gammavariate
      gauss getrandbits getstate lognormvariate normalvariate paretovariate randbytes randint
      random randrange sample seed setstate shuffle triangular uniform vonmisesvariate
      weibullvariate`,
    wrapped: true,
    subclassable: `Random`,
    configurable: `Random`,
  },
  secrets: {
    shows: `
      SystemRandom choice compare_digest randbelow randbits token_bytes token_hex token_urlsafe`,
  },
  statistics: {
    shows: `
      NormalDist StatisticsError correlation covariance fmean geometric_mean harmonic_mean kde
      kde_random linear_regression mean median median_grouped median_high median_low mode
      multimode pstdev pvariance quantiles stdev variance`,
    subclassable: `NormalDist`,
  },
}
