import { create } from '@bufbuild/protobuf'
import { Code, type ServiceImpl } from '@connectrpc/connect'
import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import {
  GenerationState,
  OperationsService,
  ProjectionStatusSchema,
  RebuildPhase,
  RebuildProgressSchema,
} from '@/gen/picasso/operations/v1/operations_pb'
import { refuse } from '@/test/refuse'

import { show } from '@/test/show'
import { Works } from './Works'
import { shareOf } from './streams'

const status = create(ProjectionStatusSchema, {
  name: 'gallery',
  generations: [
    { number: 1, state: GenerationState.RETIRED },
    { number: 2, state: GenerationState.LIVE },
  ],
})
const HALF = { phase: RebuildPhase.FOLDING, events: 5n, eventsTotal: 10n, documents: 2n }
const DONE = { ...HALF, phase: RebuildPhase.DONE, events: 10n, generation: 3, replacedGeneration: 2 }

const works = (answers: Partial<ServiceImpl<typeof OperationsService>>) =>
  show(<Works status={status} />, ({ service }) => {
    service(OperationsService, answers)
  })
const press = (name: string) => userEvent.click(screen.getByRole('button', { name }))

test('a rebuild tells how far it is while it runs, and nothing else can be begun', async () => {
  let goOn = () => undefined as unknown
  const told = new Promise((resolve) => (goOn = () => resolve(undefined)))
  works({
    async *rebuildProjection({ projection }) {
      expect(projection).toBe('gallery')
      yield { progress: HALF }
      await told
      yield { progress: DONE }
    },
  })
  await press('Build anew')
  expect(await screen.findByRole('progressbar', { name: 'Reading the log' })).toHaveProperty('value', 0.5)
  expect(screen.getByRole('button', { name: 'Roll back' })).toHaveProperty('disabled', true)
  goOn()
  await screen.findByText('Generation 3 is live.')
  expect(screen.queryByRole('progressbar')).toBeNull()
  expect(screen.getByRole('button', { name: 'Roll back' })).toHaveProperty('disabled', false)
})

test('a rebuild whose stream broke is not said to have failed', async () => {
  works({
    async *rebuildProjection() {
      yield await Promise.resolve({ progress: HALF })
      throw refuse('SERVICE_UNAVAILABLE', Code.Unavailable)
    },
  })
  await press('Build anew')
  await screen.findByText(/It goes on without this page/)
  screen.getByText('5 of 10 events read, 2 documents written')
})

test('a rebuild that was refused did not begin', async () => {
  works({
    // eslint-disable-next-line require-yield -- it is refused before it says anything
    async *rebuildProjection() {
      await Promise.resolve()
      throw refuse('REBUILD_RUNNING', Code.Aborted)
    },
  })
  await press('Build anew')
  expect((await screen.findByRole('alert')).textContent).toContain('is running')
  expect(screen.queryByText(/It goes on/)).toBeNull()
})

test('what changes what readers see is asked first', async () => {
  const started = vi.fn()
  works({
    async *rollbackProjection() {
      started()
      yield await Promise.resolve({ progress: DONE })
    },
  })
  await press('Roll back')
  const dialog = screen.getByRole('dialog', { name: 'Go back to generation 1?' })
  expect(started).not.toHaveBeenCalled()
  await userEvent.click(within(dialog).getByRole('button', { name: 'Roll back' }))
  await waitFor(() => expect(started).toHaveBeenCalledOnce())
})

test('an audit says what is not what the log says, and ends when one leaves', async () => {
  const left = vi.fn()
  const { unmount } = works({
    async *verifyProjection(_request, { signal }) {
      signal.addEventListener('abort', left)
      yield {}
      yield { verdict: { documents: 7n, differing: 1n, generation: 2, differences: [{ key: 'p1' }] } }
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    },
  })
  await press('Compare with the log')
  await screen.findByText('One of the 7 documents of generation 2 is not what the log says.')
  screen.getByRole('rowheader', { name: 'p1' })
  unmount()
  await waitFor(() => expect(left).toHaveBeenCalledOnce())
})

test('a share is known when the end is, and never more than all', () => {
  const share = (progress: object) => shareOf(create(RebuildProgressSchema, progress))
  expect(share({ phase: RebuildPhase.WAITING, eventsTotal: 10n })).toBeUndefined()
  expect(share({ phase: RebuildPhase.FOLDING })).toBeUndefined()
  expect(share(HALF)).toBe(0.5)
  expect(share({ ...HALF, events: 12n })).toBe(1)
  expect(share({ phase: RebuildPhase.DONE })).toBe(1)
})
