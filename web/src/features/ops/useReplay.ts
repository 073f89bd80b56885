import { Code, createClient } from '@connectrpc/connect'
import { useTransport } from '@connectrpc/connect-query'
import { useEffect, useRef, useState } from 'react'

import { follow } from '@/api/follow'
import { passes, refusalOf } from '@/api/refusal'
import { refuse } from '@/api/refuse'
import { type DescribeLogsResponse, EventStreamService } from '@/gen/picasso/events/v1/event_stream_pb'

import { beginningOf, type Replay, take, UNREAD, type Wanted } from './replay'

const BATCH = 1_000

const ANOTHER_HISTORY = 'WRONG_EPOCH'

/** What passes is tried again; what does not, ends the following. */
function unlessItPasses(error: unknown): undefined {
  if (!passes(refusalOf(error))) throw error
}

/** Events of the log, the newest first, and those that come while one looks. Remounted for what else is wanted. */
export function useReplay({ correlation, type }: Wanted) {
  const transport = useTransport()
  const [replay, setReplay] = useState(UNREAD)
  const [logs, setLogs] = useState<DescribeLogsResponse>()
  const [state, setState] = useState<'running' | 'paused' | 'failed'>('running')
  const [error, setError] = useState<unknown>()
  /** Where to go on, also after a pause; kept outside of what is rendered, because a stream needs the newest. */
  const place = useRef<{ begun: DescribeLogsResponse; replay: Replay }>(undefined)

  useEffect(() => {
    if (state !== 'running') return
    const wanted = { correlation, type }
    const stop = new AbortController()
    const client = createClient(EventStreamService, transport)
    const describe = () => client.describeLogs({}, { signal: stop.signal })

    async function begin() {
      const begun = await describe()
      setLogs(begun)
      return (place.current = { begun, replay: { ...UNREAD, positions: beginningOf(wanted, begun.heads) } })
    }

    async function run() {
      const here = place.current ?? (await begin())
      await follow({
        open: (signal) =>
          client.replayEvents(
            {
              epoch: here.begun.epoch,
              after: [...here.replay.positions],
              correlationId: correlation,
              aggregateTypes: type ? [type] : [],
              follow: true,
              batchSize: BATCH,
            },
            { signal, timeoutMs: 0 },
          ),
        tell: (answer) => {
          here.replay = take(here.replay, answer)
          setReplay(here.replay)
          return false
        },
        ask: async () => {
          // A restore from backup has begun another history: what stands on the page is not of it.
          const now = await describe().catch(unlessItPasses)
          if (now && now.epoch !== here.begun.epoch) throw refuse(ANOTHER_HISTORY, Code.FailedPrecondition)
          return false
        },
        signal: stop.signal,
      })
      throw refuse('SERVICE_UNAVAILABLE', Code.Unavailable)
    }

    run().catch((error: unknown) => {
      if (stop.signal.aborted) return
      setError(error)
      setState('failed')
    })
    return () => stop.abort()
  }, [state, transport, correlation, type])

  const goOn = () => setState('running')
  const startAgain = () => {
    place.current = undefined
    setReplay(UNREAD)
    setState('running')
  }
  return {
    replay,
    logs,
    state,
    error: state === 'failed' ? error : undefined,
    pause: () => setState('paused'),
    goOn,
    retry: refusalOf(error).reason === ANOTHER_HISTORY ? startAgain : goOn,
  }
}
