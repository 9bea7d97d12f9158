import type { Frame, Panel, Target } from '@weir/boards'
import type { ComponentType } from 'react'
import type { QueryResult } from '../../api/prometheus.ts'

/** What a query of a panel was answered with, before it became frames. */
export interface TargetAnswer {
  readonly refId: string
  readonly target: Target
  /** Of LogQL that selects lines it is `streams`. */
  readonly result: QueryResult | StreamsResult
  readonly stepMs: number
  /** How much earlier than the panel's time it was asked for; 0 unless it is there to compare with. */
  readonly shiftMs: number
}

/** Lines of log, as Loki's API has them. */
export interface StreamsResult {
  readonly resultType: 'streams'
  readonly result: readonly {
    readonly stream: Readonly<Record<string, string>>
    readonly values: readonly (readonly [timeNs: string, line: string, ...rest: unknown[]])[]
  }[]
}

/** What any panel is given to draw. Its box (title, menu, errors, "no data") is the page's. */
export interface PanelProps {
  /** Titles, links and options as in the file: text in `options` goes through `text` before it is shown. */
  readonly panel: Panel
  /** After transformations, with the field config applied: `field.config` has defaults and overrides merged. */
  readonly frames: readonly Frame[]
  readonly answers: readonly TargetAnswer[]
  /** Traces behind single samples, where a target asks for them. */
  readonly exemplars: readonly PanelExemplar[]
  /** Pixels inside the box. */
  readonly width: number
  readonly height: number
  /** The time that is shown; milliseconds. */
  readonly fromMs: number
  readonly toMs: number
  /** By Weir's clock, milliseconds: what "3 min ago" counts from. */
  readonly nowMs: number
  readonly dark: boolean
  /** IANA name. */
  readonly timeZone: string
  /** Fills variables into text: `raw`, `text`, `percentencode`… as `${name:format}` has them. Unset is how Grafana shows titles. */
  readonly text: (template: string, format?: string) => string
  /** Charts of one key share their crosshair; undefined: each for itself. */
  readonly crosshair: string | undefined
  /** 2: the other charts show their values too. */
  readonly isTooltipShared: boolean
  /** A span was dragged over; milliseconds. */
  readonly onZoom: (fromMs: number, toMs: number) => void
  /** Another value of a variable was chosen inside a panel. */
  readonly onVariable: (name: string, value: string | readonly string[]) => void
  /** What happened meanwhile, to be marked on charts. */
  readonly marks: readonly PanelMark[]
}

/** An annotation, an event or an alert on the axis of time. */
export interface PanelMark {
  /** Milliseconds; `endMs` where it lasted. */
  readonly atMs: number
  readonly endMs?: number
  readonly title: string
  readonly text: string
  /** Any CSS colour. */
  readonly color: string
}

export interface PanelExemplar {
  readonly atMs: number
  readonly value: number
  /** Its own, and those of its series. */
  readonly labels: Readonly<Record<string, string>>
}

export type PanelComponent = ComponentType<PanelProps>
