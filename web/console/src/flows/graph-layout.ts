import { Graph, layout } from '@dagrejs/dagre'

import type { FlowGraph, FlowNode } from '@/api/voice-types'

export interface PlacedNode extends FlowNode {
  x: number
  y: number
  width: number
  height: number
  /** Keys that lead back to the step itself. */
  again: string[]
}

export interface PlacedEdge {
  id: string
  from: string
  to: string
  keys: string[]
  /** Of an SVG path. */
  path: string
  labelX: number
  labelY: number
}

export interface Placed {
  nodes: PlacedNode[]
  edges: PlacedEdge[]
  width: number
  height: number
}

const NODE = { width: 148, height: 48 }

interface Point {
  x: number
  y: number
}

/** Edges between the same two steps become one, with all its keys. */
function joined(graph: FlowGraph): Map<string, { from: string; to: string; keys: string[] }> {
  const edges = new Map<string, { from: string; to: string; keys: string[] }>()
  for (const { from, to, key } of graph.edges) {
    if (from === to) continue
    const id = `${from} ${to}`
    const held = edges.get(id) ?? { from, to, keys: [] }
    held.keys.push(key)
    edges.set(id, held)
  }
  return edges
}

/** A smooth line through the middles of dagre's corners. */
function curve(points: Point[]): string {
  const [first, ...rest] = points
  const last = rest.at(-1)
  if (!first || !last) return ''
  const middle = (a: Point, b: Point) => `${(a.x + b.x) / 2},${(a.y + b.y) / 2}`
  const bends = rest.slice(0, -1).map((point, at) => ` Q${point.x},${point.y} ${middle(point, rest[at + 1] ?? last)}`)
  return `M${first.x},${first.y}${bends.join('')} L${last.x},${last.y}`
}

/** From top to bottom, or from left to right. */
export type Direction = 'TB' | 'LR'

/** Where each step and each edge is drawn, in pixels from the upper left corner. */
export function place(graph: FlowGraph, rankdir: Direction): Placed {
  const dagre = new Graph()
  dagre.setGraph({ rankdir, nodesep: 18, ranksep: rankdir === 'TB' ? 46 : 30, edgesep: 12, marginx: 12, marginy: 12 })
  dagre.setDefaultEdgeLabel(() => ({}))
  graph.nodes.forEach((node) => dagre.setNode(node.id, { ...NODE }))
  const edges = joined(graph)
  edges.forEach(({ from, to, keys }) => {
    dagre.setEdge(from, to, { width: keys.join(' ').length * 7 + 10, height: 18, labelpos: 'c' })
  })
  layout(dagre)
  const { width = 0, height = 0 } = dagre.graph() as { width?: number; height?: number }
  return {
    width,
    height,
    nodes: graph.nodes.map((node) => {
      const { x, y } = dagre.node(node.id) as Point
      const again = graph.edges.filter((edge) => edge.from === node.id && edge.to === node.id)
      return { ...node, ...NODE, x: x - NODE.width / 2, y: y - NODE.height / 2, again: again.map((edge) => edge.key) }
    }),
    edges: [...edges].map(([id, edge]) => {
      const { points, x, y } = dagre.edge(edge.from, edge.to) as { points: Point[]; x: number; y: number }
      return { id, ...edge, path: curve(points), labelX: x, labelY: y }
    }),
  }
}
