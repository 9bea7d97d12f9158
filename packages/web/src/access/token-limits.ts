import type { TokenView } from '../api/access.ts'
import { bytesFigure, counted, whole } from '../format/number.ts'

/** `50 requests/s`, `1 MiB/s`, `10 000 series`: what a token is held to. */
export function limitTexts({ limits = {} }: Pick<TokenView, 'limits'>): string[] {
  const { requestsPerSecond, bytesPerSecond, series } = limits
  const bytes = bytesPerSecond === undefined ? undefined : bytesFigure(bytesPerSecond)
  return [
    ...(requestsPerSecond === undefined
      ? []
      : [`${rateText(requestsPerSecond)} ${requestsPerSecond === 1 ? 'request' : 'requests'}/s`]),
    ...(bytes === undefined ? [] : [`${bytes.text} ${bytes.unit}/s`]),
    ...(series === undefined ? [] : [`${whole(series)} series`]),
  ]
}

/** What was refused because of that, since Weir started; '' when nothing was. */
export function refusedText({ refused }: Pick<TokenView, 'refused'>): string {
  if (refused === undefined) return ''
  const { requests, bytes, samples, lines } = refused
  return [
    ...(requests + bytes === 0 ? [] : [counted(requests + bytes, 'request')]),
    ...(samples === 0 ? [] : [counted(samples, 'sample')]),
    ...(lines === 0 ? [] : [counted(lines, 'line')]),
  ].join(', ')
}

function rateText(rate: number): string {
  return rate < 1 ? String(rate) : whole(rate)
}
