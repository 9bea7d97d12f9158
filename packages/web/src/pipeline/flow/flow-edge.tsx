import type { Health } from '@weir/packs'
import { type Edge, type EdgeProps, getBezierPath } from '@xyflow/react'

export interface FlowEdgeData extends Record<string, unknown> {
  readonly health: Health
  /** Pixels. */
  readonly width: number
  /** Whether anything passes. */
  readonly flows: boolean
}

/** Water between two stages: as wide as what passes; drops run along it while it does. */
export function FlowEdge(props: EdgeProps<Edge<FlowEdgeData>>): React.JSX.Element | null {
  const { sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data } = props
  if (data === undefined) return null
  const [path] = getBezierPath({
    sourceX,
    sourceY,
    targetX,
    targetY,
    sourcePosition,
    targetPosition,
    curvature: 0.3,
  })
  return (
    <g className="flow-edge" data-health={data.health} data-flows={data.flows ? '' : undefined}>
      <path className="bed" d={path} strokeWidth={data.width} />
      {data.flows ? (
        <path className="drops" d={path} strokeWidth={Math.max(1.2, data.width / 3)} />
      ) : null}
    </g>
  )
}
