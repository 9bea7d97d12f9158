/** Every unit that a dashboard may name, and how its values read. */
import { dateFormat, fromNow } from './date.ts'
import { clampDecimals, fixed } from './decimals.ts'
import {
  clockOfSeconds,
  clockParts,
  days,
  hours,
  microseconds,
  milliseconds,
  minutes,
  nanoseconds,
  seconds,
  timeTicks,
  words,
} from './duration.ts'
import type { Formatter } from './formatted.ts'
import { count, currency, iec, plain, scaled, si, wholeSi } from './scaled.ts'

type Family = Readonly<Record<string, Formatter>>

/** A family from lines of `id unit` or `id unit offset`; the unit may hold no blank. */
function family(make: (unit: string, offset: number) => Formatter, lines: string): Family {
  return Object.fromEntries(
    lines
      .trim()
      .split('\n')
      .flatMap((line) => line.trim().split(/ *, */))
      .map((entry) => {
        const [id = '', unit = '', offset = '0'] = entry.split(' ')
        return [id, make(unit, Number(offset))]
      }),
  )
}

/** True and false by name. */
export function either(yes: string, no: string): Formatter {
  return (value) => ({ text: value ? yes : no })
}

const percent =
  (factor: number): Formatter =>
  (value, { decimals }) => ({ text: fixed(value * factor, decimals), suffix: '%' })

const hex =
  (prefix: string): Formatter =>
  (value, { decimals }) =>
    Number.isFinite(value)
      ? {
          text:
            (value < 0 ? '-' : '') +
            prefix +
            Math.abs(Number(fixed(value, decimals)))
              .toString(16)
              .toUpperCase(),
        }
      : { text: fixed(value) }

const SHORT = ['', ' K', ' Mil', ' Bil', ' Tri', ' Quadr', ' Quint', ' Sext', ' Sept']

const MISC: Family = {
  none: (value, { decimals }) => ({ text: fixed(value, decimals) }),
  string: (value) => ({ text: String(value) }),
  short: scaled(1000, SHORT),
  percent: percent(1),
  percentunit: percent(100),
  hex: hex(''),
  hex0x: hex('0x'),
  sci: (value, { decimals }) => ({
    text: Number.isFinite(value) ? value.toExponential(clampDecimals(decimals)) : fixed(value),
  }),
  locale: (value, { decimals }) => ({
    text: value.toLocaleString('en-US', { maximumFractionDigits: clampDecimals(decimals) ?? 3 }),
  }),
  bool: either('True', 'False'),
  bool_yes_no: either('Yes', 'No'),
  bool_on_off: either('On', 'Off'),
  pressurepsi: scaled(1000, [' psi', ' ksi', ' Mpsi']),
}

const TIME: Family = {
  ns: nanoseconds,
  µs: microseconds,
  // The Greek letter looks the same and is typed as often.
  μs: microseconds,
  us: microseconds,
  ms: milliseconds,
  s: seconds,
  m: minutes,
  h: hours,
  d: days,
  timeticks: timeTicks,
  dtdurationms: words('millisecond'),
  dtdurations: words('second'),
  dthms: clockOfSeconds(false),
  dtdhms: clockOfSeconds(true),
  clockms: clockParts(1),
  clocks: clockParts(1000),
  dateTimeAsIso: dateFormat('YYYY-MM-DD HH:mm:ss'),
  dateTimeAsIsoNoDateIfToday: dateFormat('YYYY-MM-DD HH:mm:ss', 'HH:mm:ss'),
  dateTimeAsUS: dateFormat('MM/DD/YYYY h:mm:ss a'),
  dateTimeAsUSNoDateIfToday: dateFormat('MM/DD/YYYY h:mm:ss a', 'h:mm:ss a'),
  dateTimeAsLocal: dateFormat('YYYY-MM-DD HH:mm:ss'),
  dateTimeAsLocalNoDateIfToday: dateFormat('YYYY-MM-DD HH:mm:ss', 'HH:mm:ss'),
  dateTimeAsSystem: dateFormat('YYYY-MM-DD HH:mm:ss'),
  dateTimeFromNow: fromNow,
}

const PLAIN = family(
  (unit) => plain(` ${unit}`),
  `humidity %H, dB dB, pixel px
  accMS2 m/sec², accFS2 f/sec², accG g
  degree °, radian rad, grad grad, arcmin arcmin, arcsec arcsec
  areaM2 m², areaF2 ft², areaMI2 mi², acres ac, hectares ha
  ppm ppm, conppb ppb, conngm3 ng/m³, conngNm3 ng/Nm³, conμgm3 μg/m³, conμgNm3 μg/Nm³
  conmgm3 mg/m³, conmgNm3 mg/Nm³, congm3 g/m³, congNm3 g/Nm³, conmgdL mg/dL, conmmolL mmol/L
  Wm2 W/m², flowgpm gpm, flowcms cms, flowcfs cfs, flowcfm cfm, litreh L/h, flowlpm L/min
  flowmlpm mL/min, lux lux, masslb lb, masst t, lengthin in, lengthft ft, lengthmi mi
  pressurehpa hPa, pressurekpa kPa, pressurehg "Hg
  rotrpm rpm, rotrads rad/s, rotdegs °/s, celsius °C, fahrenheit °F, farenheit °F, kelvin K
  velocityms m/s, velocitykmh km/h, velocitymph mph, velocityknot kn
  m3 m³, Nm3 Nm³, dm3 dm³, gallons gal`,
)

const METRIC = family(
  si,
  `watt W, kwatt W 1, megwatt W 2, gwatt W 3, mwatt W -1, voltamp VA, kvoltamp VA 1
  voltampreact VAr, kvoltampreact VAr 1, watth Wh, watthperkg Wh/kg, kwatth Wh 1, kwattm W-Min 1
  amph Ah, kamph Ah 1, mamph Ah -1, joule J, ev eV, amp A, kamp A 1, mamp A -1
  volt V, kvolt V 1, mvolt V -1, dBm dBm, ohm Ω, mohm Ω -1, kohm Ω 1, Mohm Ω 2
  farad F, µfarad F -2, nfarad F -3, pfarad F -4, ffarad F -5, henry H, mhenry H -1, µhenry H -2
  lumens Lm, forceNm Nm, forcekNm Nm 1, forceN N, forcekN N 1
  massmg g -1, massg g, masskg g 1, lengthmm m -1, lengthm m, lengthkm m 1
  pressurembar bar -1, pressurebar bar, pressurekbar bar 1, pressurepa Pa
  radbq Bq, radci Ci, radgy Gy, radrad rad, radsv Sv, radmsv Sv -1, radusv Sv -2, radrem rem
  radexpckg C/kg, radr R, radsvh Sv/h, radmsvh Sv/h -1, radusvh Sv/h -2
  rothz Hz, hertz Hz, mlitre L -1, litre L`,
)

const DECIMAL_DATA = family(
  wholeSi,
  `decbits b, decbytes B, deckbytes B 1, decmbytes B 2, decgbytes B 3, dectbytes B 4, decpbytes B 5
  pps p/s, bps b/s, Bps B/s, KBs B/s 1, Kbits b/s 1, MBs B/s 2, Mbits b/s 2, GBs B/s 3, Gbits b/s 3
  TBs B/s 4, Tbits b/s 4, PBs B/s 5, Pbits b/s 5
  flops FLOPS, mflops FLOPS 2, gflops FLOPS 3, tflops FLOPS 4, pflops FLOPS 5, eflops FLOPS 6
  zflops FLOPS 7, yflops FLOPS 8
  Hs H/s, KHs H/s 1, MHs H/s 2, GHs H/s 3, THs H/s 4, PHs H/s 5, EHs H/s 6`,
)

const BINARY_DATA = family(
  iec,
  `bits b, bytes B, kbytes B 1, mbytes B 2, gbytes B 3, tbytes B 4, pbytes B 5
  binbps b/s, binBps B/s, KiBs B/s 1, Kibits b/s 1, MiBs B/s 2, Mibits b/s 2, GiBs B/s 3
  Gibits b/s 3, TiBs B/s 4, Tibits b/s 4, PiBs B/s 5, Pibits b/s 5`,
)

const THROUGHPUT = family(
  count,
  `cps c/s, ops ops/s, reqps req/s, rps rd/s, wps wr/s, iops io/s, eps evt/s, mps msg/s
  recps rec/s, rowsps rows/s, cpm c/m, opm ops/m, reqpm req/m, rpm rd/m, wpm wr/m, epm evts/m
  mpm msgs/m, recpm rec/m, rowspm rows/m`,
)

const CURRENCY: Family = {
  ...family(
    (symbol) => currency(symbol),
    `currencyUSD $, currencyGBP £, currencyEUR €, currencyJPY ¥, currencyRUB ₽, currencyUAH ₴
    currencyBRL R$, currencyCZK czk, currencyCHF CHF, currencyPLN PLN, currencyBTC ฿
    currencymBTC mBTC, currencyμBTC μBTC, currencyZAR R, currencyINR ₹, currencyKRW ₩
    currencyIDR Rp, currencyPHP PHP, currencyMYR RM, currencyXPF XPF, currencyCNY ¥`,
  ),
  ...family(
    (symbol) => currency(symbol, true),
    `currencyDKK kr, currencyISK kr, currencyNOK kr, currencySEK kr, currencyVND đ
    currencyTRY ₺, currencyBGN BGN`,
  ),
}

export const UNITS: ReadonlyMap<string, Formatter> = new Map(
  [MISC, TIME, PLAIN, METRIC, DECIMAL_DATA, BINARY_DATA, THROUGHPUT, CURRENCY].flatMap((some) =>
    Object.entries(some),
  ),
)
