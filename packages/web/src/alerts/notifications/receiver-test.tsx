import type { ReceiverTestView } from '@weir/packs'
import { Button, NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useDeed } from '../../access/use-deed.ts'
import { Offered } from '../../access/offered.tsx'
import { receiversQuery, testReceiver } from '../../api/alerts.ts'
import { FailureNote } from '../../frame/failure-note.tsx'

/** Sends a test through a receiver and shows what came of it. */
export function ReceiverTest(): React.JSX.Element | null {
  const { data = [] } = useQuery(receiversQuery)
  const [chosen, setChosen] = useState<string>()
  const names = data.filter(({ integrations }) => integrations.length > 0).map(({ name }) => name)
  const name = chosen ?? names[0]
  const testing = useDeed(testReceiver)
  if (name === undefined) return null
  return (
    <div className="stack" style={{ gap: 8 }}>
      <div className="filters">
        <NativeSelect
          aria-label="Receiver"
          value={name}
          onChange={(event) => {
            setChosen(event.currentTarget.value)
            testing.reset()
          }}
          data={names}
        />
        <Offered to={testReceiver}>
          <Button
            variant="default"
            loading={testing.isPending}
            onClick={() => testing.mutate(name)}
          >
            Send a test
          </Button>
        </Offered>
      </div>
      {testing.error === null ? null : <FailureNote error={testing.error} />}
      {testing.data?.map((one) => (
        <Outcome key={`${one.integration} ${one.index}`} test={one} />
      ))}
    </div>
  )
}

function Outcome({ test }: { readonly test: ReceiverTestView }): React.JSX.Element {
  const { integration, index, firing, resolved } = test
  const wrong = [firing, resolved].find((one) => one !== null && one.kind !== 'sent')
  const isGood = wrong === undefined || wrong === null
  return (
    <div className="note" data-tone={isGood ? 'quiet' : 'error'} role="status">
      {integration} {index + 1}:{' '}
      {isGood ? (resolved === null ? 'sent' : 'sent, and that it is over') : wrong.error}
    </div>
  )
}
