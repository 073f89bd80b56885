import { en } from '@/i18n/en'
import { Button } from '@/ui/Button'

/** Without the server's configuration there is nothing to show; not even the language may have come. */
export function StartFailed() {
  return (
    <main className="mx-auto max-w-md space-y-4 p-8" role="alert">
      <h1 className="text-2xl font-bold">Picasso</h1>
      <p>{en.common.startFailed}</p>
      <Button look="primary" onClick={() => location.reload()}>
        {en.common.retry}
      </Button>
    </main>
  )
}
