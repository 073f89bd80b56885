import type { Money as Amount } from '@/gen/picasso/types/v1/types_pb'
import { useI18n } from '@/i18n'

export function Money({ of }: { of: Amount | undefined }) {
  const { format } = useI18n()
  return of && <span className="tabular-nums">{format.money(of)}</span>
}
