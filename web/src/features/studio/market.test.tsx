import { create } from '@bufbuild/protobuf'
import { Code } from '@connectrpc/connect'
import { screen, waitFor, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { PictureCommandService } from '@/gen/picasso/commands/v1/picture_pb'
import { PictureSchema, PictureStage } from '@/gen/picasso/queries/v1/picture_pb'
import { refuse } from '@/test/refuse'
import { show } from '@/test/show'

import { WithdrawButton } from './market'
import { allowedAt, standingOf } from './standing'

const picture = create(PictureSchema, { pictureId: 'p', title: 'Lake', stage: PictureStage.PUBLISHED })

/** The question, opened, before a server that answers as it is told. */
async function ask(withdrawPicture: () => object) {
  show(<WithdrawButton picture={picture} />, ({ service }) => {
    service(PictureCommandService, { withdrawPicture })
  })
  await userEvent.click(screen.getByRole('button', { name: 'Withdraw' }))
  return within(screen.getByRole('dialog', { name: 'Withdraw “Lake”?' }))
}

test('a picture is withdrawn only once one has heard what that means', async () => {
  const withdrawn = vi.fn(() => ({}))
  const dialog = await ask(withdrawn)
  dialog.getByText(/keeps it, and can go on downloading/)
  expect(withdrawn).not.toHaveBeenCalled()
  await userEvent.click(dialog.getByRole('button', { name: 'Withdraw' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(withdrawn).toHaveBeenCalledOnce()
})

test('who changes their mind withdraws nothing', async () => {
  const withdrawn = vi.fn(() => ({}))
  const dialog = await ask(withdrawn)
  await userEvent.click(dialog.getByRole('button', { name: 'Cancel' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(withdrawn).not.toHaveBeenCalled()
})

test('the question stays open with what the server refuses', async () => {
  const dialog = await ask(() => {
    throw refuse('PICTURE_RESERVED', Code.FailedPrecondition)
  })
  await userEvent.click(dialog.getByRole('button', { name: 'Withdraw' }))
  expect((await dialog.findByRole('alert')).textContent).toContain('is buying this picture right now')
})

test('at each stage one is offered what the server would do', () => {
  const at = (stage: PictureStage, reserved = false) => {
    const { canPublish, canWithdraw, canChange } = allowedAt({ stage, reserved })
    return [standingOf({ stage, reserved }), canPublish, canWithdraw, canChange]
  }
  expect(at(PictureStage.UNPUBLISHED)).toEqual(['kept', true, false, true])
  expect(at(PictureStage.PUBLISHED)).toEqual(['forSale', false, true, true])
  expect(at(PictureStage.PUBLISHED, true)).toEqual(['reserved', false, false, true])
  expect(at(PictureStage.WITHDRAWN)).toEqual(['withdrawn', true, false, true])
  expect(at(PictureStage.SOLD)).toEqual(['bought', false, false, false])
})
