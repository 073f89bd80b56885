import { useLook } from '@/app/useLook'
import { Choice } from '@/ui/Choice'

export function Look() {
  const { language, theme } = useLook()
  return (
    <div className="space-y-5">
      <Choice {...language} />
      <Choice {...theme} />
    </div>
  )
}
