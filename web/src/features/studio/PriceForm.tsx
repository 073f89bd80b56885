import { type SyntheticEvent, useRef, useState } from 'react'
import { flushSync } from 'react-dom'

import { priceRange, refusedField, wrongPrice } from '@/details/rules'
import type { Picture, PriceSince } from '@/gen/picasso/queries/v1/picture_pb'
import { errorText, useI18n } from '@/i18n'
import { Button } from '@/ui/Button'
import { ErrorNote } from '@/ui/ErrorNote'
import { Field } from '@/ui/Field'
import { Money } from '@/ui/Money'
import { Time } from '@/ui/Time'

import { usePrice } from './usePrice'

interface PriceFormProps {
  picture: Picture
  prices: readonly PriceSince[]
  canChange: boolean
  onChanged: () => Promise<unknown>
}

/** What a picture costs, has cost, and will cost from now on. */
export function PriceForm({ picture, prices, canChange, onChanged }: PriceFormProps) {
  const { t } = useI18n()
  return (
    <section className="space-y-5">
      <h2 className="text-xl font-semibold">{t('upload.price')}</h2>
      <p className="text-3xl font-bold" aria-live="polite">
        <Money of={picture.price} />
      </p>
      {canChange && <NewPrice picture={picture} onChanged={onChanged} />}
      {prices.length > 1 && (
        <div>
          <h3 className="font-semibold">{t('picture.priceHistory')}</h3>
          <ol className="mt-2 divide-y divide-line text-sm">
            {[...prices].reverse().map(({ price, since }, index) => (
              <li key={index} className="flex justify-between gap-4 py-2">
                <Money of={price} />
                <span className="text-muted">
                  {t('picture.since')} <Time at={since} as="dateTime" />
                </span>
              </li>
            ))}
          </ol>
        </div>
      )}
    </section>
  )
}

function NewPrice({ picture, onChanged }: Pick<PriceFormProps, 'picture' | 'onChanged'>) {
  const { t, format } = useI18n()
  const form = useRef<HTMLFormElement>(null)
  const [isChecked, setChecked] = useState(false)
  const { typed, type, isChanging, error, change } = usePrice(picture, onChanged)
  const currency = picture.price?.currency ?? 'EUR'
  const wrong = wrongPrice({ price: typed, currency }, t, format).price
  const isRefused = refusedField(error) === 'price'

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault()
    flushSync(() => setChecked(true))
    if (wrong) form.current?.querySelector('input')?.focus()
    else if (await change(typed)) setChecked(false)
  }
  return (
    <form ref={form} noValidate onSubmit={(event) => void submit(event)} className="space-y-4">
      <Field
        label={t('studio.newPrice', { currency })}
        hint={t('studio.priceHint', priceRange(currency, format))}
        error={(isChecked && wrong) || (isRefused ? errorText(t, error) : undefined)}
        value={typed}
        inputMode="decimal"
        autoComplete="off"
        onChange={({ target }) => type(target.value)}
      />
      {error && !isRefused ? <ErrorNote error={error} /> : null}
      <Button type="submit" isBusy={isChanging}>
        {t('studio.reprice')}
      </Button>
    </form>
  )
}
