import type { PipelineDetail, StageView } from '@weir/packs'
import { useElementSize } from '@mantine/hooks'
import {
  type Edge,
  type EdgeTypes,
  type Node,
  type NodeTypes,
  Position,
  ReactFlow,
} from '@xyflow/react'
import { useMemo } from 'react'
import { edgeWidth } from './edge-width.ts'
import { type FlowEdgeData, FlowEdge } from './flow-edge.tsx'
import { NODE_HEIGHT, NODE_WIDTH, layOut } from './layout.ts'
import { StageNode, type StageNodeData } from './stage-node.tsx'
import '@xyflow/react/dist/base.css'
import './flow.css'

const NODE_TYPES: NodeTypes = { stage: StageNode }
const EDGE_TYPES: EdgeTypes = { flow: FlowEdge }
const PADDING = 20
/** A taller map scrolls with the page all the same: it is shown whole, so that nothing hides. */
const ROOM_MIN = 240

/** The way data takes through a pipeline: stages with their figures, edges as thick as what passes. */
export function FlowMap(props: {
  readonly detail: PipelineDetail
  readonly chosen: string | undefined
  readonly onChoose: (stage: string) => void
}): React.JSX.Element {
  const { detail, chosen, onChoose } = props
  const { ref, width } = useElementSize()
  const { nodes, edges, height } = useMemo(
    () => drawing(detail, Math.max(ROOM_MIN, width - 2 * PADDING), chosen, onChoose),
    [detail, width, chosen, onChoose],
  )
  return (
    // As high as one row before its width is known, so that what follows does not jump.
    <div
      ref={ref}
      className="flow-map"
      style={{ height: (width === 0 ? NODE_HEIGHT : height) + 2 * PADDING }}
    >
      {width === 0 ? null : (
        <ReactFlow
          key={`${Math.round(width)} ${detail.stages.length}`}
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          fitView
          fitViewOptions={{ padding: 0.02, maxZoom: 1, minZoom: 0.5 }}
          minZoom={0.3}
          maxZoom={1.6}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          // The wheel scrolls the page; the map is shown whole.
          panOnScroll={false}
          zoomOnScroll={false}
          preventScrolling={false}
          zoomOnDoubleClick={false}
          panOnDrag={false}
          proOptions={{ hideAttribution: true }}
        />
      )}
    </div>
  )
}

function drawing(
  { stages, edges: ways }: PipelineDetail,
  room: number,
  chosen: string | undefined,
  onChoose: (stage: string) => void,
): {
  readonly nodes: Node<StageNodeData>[]
  readonly edges: Edge<FlowEdgeData>[]
  readonly height: number
} {
  const layout = layOut(
    stages.map(({ stage }) => stage),
    ways,
    room,
  )
  const isDown = layout.across === 1
  const most = Math.max(0, ...stages.map(passes))
  const byName = new Map(stages.map((stage) => [stage.stage, stage]))
  const nodes = stages.map((stage): Node<StageNodeData> => ({
    id: stage.stage,
    type: 'stage',
    position: layout.places.get(stage.stage)!,
    width: NODE_WIDTH,
    height: NODE_HEIGHT,
    sourcePosition: isDown ? Position.Bottom : Position.Right,
    targetPosition: isDown ? Position.Top : Position.Left,
    data: { stage, isChosen: stage.stage === chosen, onChoose },
  }))
  const edges = ways.map(({ from, to }): Edge<FlowEdgeData> => {
    const source = byName.get(from)!
    const target = byName.get(to)!
    // What arrives is what the next one takes; one that only rests takes what its source gives.
    const amount = target.signals.throughput === undefined ? passes(source) : passes(target)
    return {
      id: `${from}\0${to}`,
      source: from,
      target: to,
      type: 'flow',
      data: { health: target.health, width: edgeWidth(amount, most), flows: amount > 0 },
    }
  })
  return { nodes, edges, height: layout.height }
}

function passes({ signals }: StageView): number {
  return signals.throughput?.value ?? 0
}
