import { indented } from './indented'

/** JSON text, to be read. */
export function Json({ text }: { text: string }) {
  return (
    <pre className="rounded-lg bg-surface p-3 font-mono text-xs wrap-anywhere whitespace-pre-wrap">
      {indented(text)}
    </pre>
  )
}
