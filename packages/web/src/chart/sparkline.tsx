import { sparklinePath } from './sparkline-path.ts'

const WIDTH = 100
const HEIGHT = 22

/** The course of a signal, without axes; the number beside it says the rest, so readers are spared it. */
export function Sparkline(props: {
  readonly values: readonly (number | null)[]
  readonly tone: string
}): React.JSX.Element {
  const { line, area } = sparklinePath(props.values, WIDTH, HEIGHT - 2)
  // Errors are red, but a row of zeros is no alarm.
  const calm = props.tone === 'errors' && props.values.every((value) => (value ?? 0) === 0)
  return (
    <svg
      className="spark"
      data-tone={calm ? 'calm' : props.tone}
      viewBox={`0 -1 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden
    >
      <path className="area" d={area} />
      <path className="line" d={line} />
    </svg>
  )
}
