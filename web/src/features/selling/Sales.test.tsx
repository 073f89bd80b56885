import { Code, type ServiceImpl } from '@connectrpc/connect'
import { timestampFromMs } from '@bufbuild/protobuf/wkt'
import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'

import { PurchaseCommandService } from '@/gen/picasso/commands/v1/purchase_pb'
import { SalesQueryService } from '@/gen/picasso/queries/v1/sales_pb'
import { refuse } from '@/test/refuse'
import { show } from '@/test/show'

import { Sales } from './Sales'

const SALE = {
  purchaseId: 'bought',
  picture: { title: 'Lake' },
  buyer: { handle: 'bob', displayName: 'Bob' },
  price: { amountMinor: 1250n, currency: 'EUR' },
  soldAt: timestampFromMs(Date.UTC(2026, 0, 1)),
}

/** The list, before a server that has one sale, until it is taken back. */
function open(refundPurchase: ServiceImpl<typeof PurchaseCommandService>['refundPurchase']) {
  const revoked = { at: false }
  show(<Sales />, ({ service }) => {
    service(SalesQueryService, {
      listSales: () => ({ sales: [revoked.at ? { ...SALE, revokedAt: SALE.soldAt } : SALE] }),
    })
    service(PurchaseCommandService, {
      refundPurchase: async (request, context) => {
        const answer = await refundPurchase(request, context)
        revoked.at = true
        return answer
      },
    })
  })
}

async function ask() {
  await userEvent.click(await screen.findByRole('button', { name: 'Refund' }))
  return within(screen.getByRole('dialog', { name: 'Take this sale back?' }))
}

test('a sale is taken back once one has heard who gets what, and cannot be again', async () => {
  const refunded = vi.fn(() => ({}))
  open(refunded)
  const dialog = await ask()
  dialog.getByText(/Bob gets €12.50 back/)
  expect(refunded).not.toHaveBeenCalled()
  await userEvent.click(dialog.getByRole('button', { name: 'Refund' }))
  await screen.findByText(/Taken back/)
  expect(refunded).toHaveBeenCalledOnce()
  expect(screen.queryByRole('button', { name: 'Refund' })).toBeNull()
  // Not where the button was, which is gone.
  expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'Lake' }))
})

test('money that the buyer’s bank has cannot be refunded, and the question says so', async () => {
  open(() => {
    throw refuse('PURCHASE_DISPUTED', Code.FailedPrecondition)
  })
  const dialog = await ask()
  await userEvent.click(dialog.getByRole('button', { name: 'Refund' }))
  expect((await dialog.findByRole('alert')).textContent).toContain('bank disputes this payment')
  expect(screen.queryByText(/Taken back/)).toBeNull()
})
