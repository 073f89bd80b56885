import type { MessageInitShape } from '@bufbuild/protobuf'
import { Code } from '@connectrpc/connect'
import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'

import {
  EventStreamService,
  type ReplayEventsRequest,
  type ReplayEventsResponseSchema,
} from '@/gen/picasso/events/v1/event_stream_pb'
import { refuse } from '@/test/refuse'
import { ErrorNote } from '@/ui/ErrorNote'

import { positionText } from './positionText'
import type { Wanted } from './replay'
import { show } from '@/test/show'
import { useReplay } from './useReplay'

function Events({ wanted }: { wanted: Wanted }) {
  const { replay, state, error, pause, goOn, retry } = useReplay(wanted)
  return (
    <>
      <p role="status">{replay.events.map(({ position }) => positionText(position)).join(' ')}</p>
      <button onClick={state === 'paused' ? goOn : pause}>{state === 'paused' ? 'Go on' : 'Pause'}</button>
      {error !== undefined && <ErrorNote error={error} onRetry={retry} />}
    </>
  )
}

const ID = '01a2120c-00d3-7276-b87f-412fcefb4fff'

type Said = MessageInitShape<typeof ReplayEventsResponseSchema>
const saying = (...offsets: bigint[]): Said => ({
  events: offsets.map((offset) => ({ position: { log: 0, offset } })),
  positions: [{ log: 0, offset: offsets.at(-1) }],
})

/** A server of which each stream says something and then breaks or stays open. */
function server(streams: { says: Said; breaks?: boolean }[], wanted: Wanted = {}) {
  const logs = { epoch: 'e1', heads: [{ log: 0, offset: 150n }] }
  const asked: ReplayEventsRequest[] = []
  const closed: number[] = []
  show(<Events wanted={wanted} />, ({ service }) => {
    service(EventStreamService, {
      describeLogs: () => logs,
      async *replayEvents(request, { signal }) {
        const call = asked.push(request) - 1
        const { says, breaks } = streams[call] ?? { says: {} }
        yield says
        if (breaks) throw refuse('SERVICE_UNAVAILABLE', Code.Unavailable)
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        closed.push(call)
      },
    })
  })
  const after = () => asked.map(({ after, epoch }) => [epoch, ...after.map(positionText)])
  return { logs, asked, closed, after }
}

const shows = (text: string) => waitFor(() => expect(screen.getByRole('status').textContent).toBe(text))
/** Who follows tries again at once when the browser is connected again. */
const reconnect = () => dispatchEvent(new Event('online'))

test('a broken stream goes on behind the last event, without missing or repeating one', async () => {
  const { after } = server([{ says: saying(51n, 52n), breaks: true }, { says: saying(53n) }])
  await shows('0:52 0:51')
  await waitFor(() => {
    reconnect()
    expect(after()).toEqual([
      ['e1', '0:50'],
      ['e1', '0:52'],
    ])
  })
  await shows('0:53 0:52 0:51')
})

test('what followed from one request is asked of the whole log', async () => {
  const { asked } = server([{ says: saying(7n) }], { correlation: ID, type: 'picture' })
  await shows('0:7')
  expect(asked[0]).toMatchObject({ correlationId: ID, aggregateTypes: ['picture'], after: [] })
})

test('a pause closes the stream, and going on misses nothing', async () => {
  const { after, closed } = server([{ says: saying(51n) }, { says: saying(52n) }])
  await shows('0:51')
  await userEvent.click(screen.getByRole('button', { name: 'Pause' }))
  await waitFor(() => expect(closed).toEqual([0]))
  await userEvent.click(screen.getByRole('button', { name: 'Go on' }))
  await shows('0:52 0:51')
  expect(after()[1]).toEqual(['e1', '0:51'])
})

test('another history of the log is not mixed into this one', async () => {
  const { after, logs } = server([{ says: saying(51n), breaks: true }, { says: saying(3n) }])
  await shows('0:51')
  Object.assign(logs, { epoch: 'e2', heads: [{ log: 0, offset: 3n }] })
  await waitFor(() => {
    reconnect()
    expect(screen.getByRole('alert').textContent).toContain('another history')
  })
  expect(after()).toHaveLength(1)
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
  await shows('0:3')
  expect(after()[1]).toEqual(['e2', '0:0'])
})
