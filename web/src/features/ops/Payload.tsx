import { Json } from './Json'

interface PayloadProps {
  of: { eventType: string; payloadJson: string }
}

/** An event's type; unfolds to what it says. */
export function Payload({ of: { eventType, payloadJson } }: PayloadProps) {
  return (
    <details>
      <summary className="font-medium">{eventType}</summary>
      <div className="mt-2 sm:min-w-96">
        <Json text={payloadJson} />
      </div>
    </details>
  )
}
