import type { PlacedPanel } from '@weir/boards'
import { Button, Modal, Tabs } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { CodeBlock } from '../../frame/code-block.tsx'
import { FrameTable } from '../panels/frame-table.tsx'
import type { Fed } from './feed.ts'
import { InspectQueries } from './inspect-queries.tsx'
import type { Drawn } from './panel-frames.ts'
import type { Asked } from './panel-questions.ts'
import { saveCsv } from './save-csv.ts'

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
    <Modal.Root opened onClose={props.onClose} size="xl">
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body pt="md">
          <div style={{ display: 'flex', justifyContent: 'space-between', marginBottom: 8 }}>
            <Modal.Title fw={600}>{name}</Modal.Title>
            <Modal.CloseButton aria-label="Close" />
          </div>
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
                    onClick={() => saveCsv(name, drawn.frames, timeZone)}
                  >
                    Download CSV
                  </Button>
                </div>
                <FrameTable frames={drawn.frames} timeZone={timeZone} />
              </div>
            </Tabs.Panel>
            <Tabs.Panel value="queries">
              <InspectQueries asked={asked} fed={fed} />
            </Tabs.Panel>
            <Tabs.Panel value="json">
              <CodeBlock text={JSON.stringify(placed.panel, undefined, 2)} />
            </Tabs.Panel>
          </Tabs>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
