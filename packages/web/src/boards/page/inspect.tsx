import type { PlacedPanel } from '@weir/boards'
import { Button, Modal, Tabs } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { CodeBlock } from '../../frame/code-block.tsx'
import { threeDigits, whole } from '../../format/number.ts'
import { spanText } from '../../time/clock-text.ts'
import { FrameTable } from '../panels/frame-table.tsx'
import { framesCsv } from './frames-csv.ts'
import type { Fed } from './feed.ts'
import type { Drawn } from './panel-frames.ts'
import type { Asked } from './panel-questions.ts'

/** What is behind a panel: its data as a table and a file, its queries, its JSON. */
export function Inspect(props: {
  readonly placed: PlacedPanel
  readonly title: string
  readonly asked: readonly Asked[]
  readonly drawn: Drawn
  readonly fed: Fed<readonly Asked[]>
  readonly timeZone: string
  readonly onClose: () => void
}): React.JSX.Element {
  const { placed, title, asked, drawn, fed, timeZone } = props
  const name = title === '' ? `Panel ${placed.key}` : title
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={name}
      size="xl"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Tabs defaultValue="data" keepMounted={false}>
        <Tabs.List mb="sm">
          <Tabs.Tab value="data">Data</Tabs.Tab>
          <Tabs.Tab value="queries">Queries</Tabs.Tab>
          <Tabs.Tab value="json">JSON</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="data">
          <div className="stack" style={{ gap: 10 }}>
            <div>
              <Button
                size="compact-sm"
                variant="default"
                leftSection={<IconDownload size={14} aria-hidden />}
                onClick={() => save(`${name}.csv`, framesCsv(drawn.frames, timeZone))}
              >
                Download CSV
              </Button>
            </div>
            <FrameTable frames={drawn.frames} timeZone={timeZone} />
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="queries">
          <div className="stack" style={{ gap: 12 }}>
            <p className="muted">
              Asked together with the other panels; all answers of this one were there after{' '}
              {threeDigits(fed.tookMs)} ms.
            </p>
            {asked.map(({ name: key, query, shiftMs }) => {
              const answer = fed.answers.get(key)
              return (
                <section key={key}>
                  <h3>
                    {query.refId}{' '}
                    <span className="muted">
                      {query.kind === 'range' ? `step ${spanText(query.stepMs)}` : 'one moment'}
                      {shiftMs === 0 ? '' : `, ${spanText(shiftMs)} earlier`}
                      {answer?.status === 'success' ? `, ${whole(sizeOf(answer.data))} series` : ''}
                    </span>
                  </h3>
                  <CodeBlock text={query.expr} />
                  {answer?.status === 'error' ? (
                    <div className="note" data-tone="error">
                      {answer.error}
                    </div>
                  ) : null}
                </section>
              )
            })}
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="json">
          <CodeBlock text={JSON.stringify(placed.panel, undefined, 2)} />
        </Tabs.Panel>
      </Tabs>
    </Modal>
  )
}

function sizeOf(data: unknown): number {
  const { result } = (data ?? {}) as { readonly result?: unknown }
  return Array.isArray(result) ? result.length : 0
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name.replaceAll(/[^\p{L}\p{N}. _-]/gu, '_')
  link.click()
  URL.revokeObjectURL(url)
}
