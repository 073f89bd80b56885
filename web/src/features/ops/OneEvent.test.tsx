import { screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'

import { EventStreamService, type ReplayEventsRequest } from '@/gen/picasso/events/v1/event_stream_pb'

import { OneEvent } from './OneEvent'
import { show } from '@/test/show'

/** A log that goes on without end behind its 20th event, or ends before it. */
function log({ isShort = false } = {}) {
  const asked: ReplayEventsRequest[] = []
  const ended = vi.fn()
  show(<OneEvent at="1:20" />, ({ service }) => {
    service(EventStreamService, {
      async *replayEvents(request, { signal }) {
        asked.push(request)
        signal.addEventListener('abort', ended)
        if (isShort) return
        yield {}
        for (let offset = 20n; !signal.aborted; offset++) {
          yield { events: [{ eventType: 'PictureLiked', position: { log: 1, offset } }] }
          await new Promise((resolve) => setTimeout(resolve))
        }
      },
    })
  })
  return { asked, ended }
}

test('one event is read from its own log, and none behind it', async () => {
  const { asked, ended } = log()
  await screen.findByRole('row', { name: /^1:20/ })
  expect(screen.getAllByRole('row')).toHaveLength(2)
  expect(asked).toMatchObject([{ log: 1, after: [{ log: 1, offset: 19n }], follow: false }])
  await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce())
})

test('where the log ends before, that is said', async () => {
  log({ isShort: true })
  await screen.findByText('There is no event at 1:20')
})
