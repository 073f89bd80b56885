import { Link, useNavigate } from '@tanstack/react-router'

import { useI18n } from '@/i18n'
import { Button, buttonClass } from '@/ui/Button'
import { Field } from '@/ui/Field'
import { useForm } from '@/ui/useForm'

import { isCorrelation, type Wanted, wantedOf } from './replay'
import { TypeSelect } from './TypeSelect'

interface Values extends Record<string, string> {
  correlation: string
  type: string
}

/** Which events are shown: it becomes the address of the page, so that it can be handed on. */
export function SearchEvents({ wanted }: { wanted: Wanted }) {
  const { t } = useI18n()
  const navigate = useNavigate()
  const { errors, formProps } = useForm<Values>({
    validate: ({ correlation }) => {
      const isWrong = correlation.trim() !== '' && !isCorrelation(correlation.trim())
      return isWrong ? { correlation: t('ops.noCorrelation') } : {}
    },
    submit: ({ correlation, type }) =>
      navigate({ to: '/ops/events', search: wantedOf({ correlation: correlation.trim(), type }) }),
  })
  const isNarrowed = Object.keys(wanted).length > 0
  return (
    <form {...formProps} className="grid items-start gap-4 sm:grid-cols-[minmax(0,24rem)_12rem_auto]">
      <Field
        label={t('ops.correlation')}
        name="correlation"
        defaultValue={wanted.correlation}
        hint={t('ops.correlationHint')}
        error={errors.correlation}
        autoComplete="off"
        spellCheck={false}
      />
      <TypeSelect name="type" all={t('ops.allTypes')} defaultValue={wanted.type} />
      <div className="flex gap-2 sm:mt-[1.625rem]">
        <Button type="submit" look="primary">
          {t('ops.search')}
        </Button>
        {isNarrowed && (
          <Link to="/ops/events" className={buttonClass('quiet')}>
            {t('ops.searchNothing')}
          </Link>
        )}
      </div>
    </form>
  )
}
