import { Tabs } from '@mantine/core'
import { useEffect, useRef } from 'react'

export interface PageTab {
  readonly value: string
  readonly title: string
  readonly body: React.ReactNode
}

/** A page of several sheets behind tabs, with its title above them. What its address has no word for is the first. */
export function PageTabs(props: {
  readonly title: string
  readonly tabs: readonly PageTab[]
  /** As the address has it. */
  readonly tab: string | undefined
  /** Undefined for the first one, which needs no word. */
  readonly onTab: (tab: string | undefined) => void
  /** Holds for all of them. */
  readonly note?: React.ReactNode
}): React.JSX.Element {
  const { title, tabs, onTab, note } = props
  const first = tabs[0]?.value
  const tab = tabs.find(({ value }) => value === props.tab)?.value ?? first
  const line = useRef<HTMLDivElement>(null)
  // On a narrow screen the tabs are a line that scrolls.
  useEffect(() => {
    const active = line.current?.querySelector(`[id$="-tab-${tab}"]`)
    active?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [tab])
  return (
    <>
      <div className="page-head">
        <h1>{title}</h1>
      </div>
      {note}
      <Tabs
        value={tab ?? null}
        onChange={(next) => onTab(next === first ? undefined : (next ?? undefined))}
        keepMounted={false}
      >
        <Tabs.List mb="md" className="tabs-line" ref={line}>
          {tabs.map(({ value, title: word }) => (
            <Tabs.Tab key={value} value={value}>
              {word}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(({ value, body }) => (
          <Tabs.Panel key={value} value={value}>
            {body}
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  )
}
