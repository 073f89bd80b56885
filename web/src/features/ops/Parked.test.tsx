import { create } from '@bufbuild/protobuf'
import { Code, type ServiceImpl } from '@connectrpc/connect'
import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { OperationsService, ProjectionStatusSchema } from '@/gen/picasso/operations/v1/operations_pb'
import { refuse } from '@/test/refuse'

import { Parked } from './Parked'
import { show } from '@/test/show'

const parked = (parkedDocuments: number, answers: Partial<ServiceImpl<typeof OperationsService>> = {}) =>
  show(<Parked status={create(ProjectionStatusSchema, { name: 'gallery', parkedDocuments })} />, ({ service }) => {
    service(OperationsService, answers)
  })

test('when nothing is parked, nothing is asked and there is nothing to press', () => {
  const listParked = vi.fn(() => ({}))
  parked(0, { listParked })
  screen.getByText('No document is parked.')
  expect(screen.queryByRole('button')).toBeNull()
  expect(listParked).not.toHaveBeenCalled()
})

test('every page of what is parked can be reached', async () => {
  parked(2, {
    listParked: ({ pageToken }) =>
      pageToken === ''
        ? { documents: [{ key: 'p1', reason: 'no such stage' }], nextPageToken: 'p1' }
        : { documents: [{ key: 'p2' }] },
  })
  await userEvent.click(await screen.findByRole('button', { name: 'Show more' }))
  await screen.findByRole('row', { name: /^p2/ })
  screen.getByRole('row', { name: /^p1 no such stage/ })
  expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull()
})

test('a parked document leads to the event it waits at', async () => {
  parked(1, { listParked: () => ({ documents: [{ key: 'p1', position: { log: 1, offset: 20n } }] }) })
  const link = await screen.findByRole('link', { name: '1:20' })
  expect(link.getAttribute('href')).toBe('/ops/events?at=1%3A20')
})

test('what became of folding again is told, and the list asked for anew', async () => {
  const listParked = vi.fn(() => ({ documents: [{ key: 'p1' }] }))
  parked(3, { listParked, retryParked: () => ({ released: 2, stillParked: 1 }) })
  await screen.findByRole('row', { name: /^p1/ })
  listParked.mockReturnValue({ documents: [{ key: 'p9' }] })
  await userEvent.click(screen.getByRole('button', { name: 'Fold them again' }))
  await screen.findByText('2 documents flow again.')
  screen.getByText('One is still parked.')
  await screen.findByRole('row', { name: /^p9/ })
})

test('why folding again failed is told beside the button', async () => {
  parked(1, {
    listParked: () => ({}),
    retryParked: () => {
      throw refuse('ROLE_MISSING', Code.PermissionDenied)
    },
  })
  await userEvent.click(screen.getByRole('button', { name: 'Fold them again' }))
  expect((await screen.findByRole('alert')).textContent).toContain('You may not do this')
})
