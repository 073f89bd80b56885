/** Beside words that say what is going on; alone it needs a `label`. */
export function Spinner({ label }: { label?: string }) {
  return (
    <span role={label ? 'status' : undefined} className="inline-flex">
      <span aria-hidden className="size-4 animate-spin rounded-full border-2 border-current border-r-transparent" />
      {label && <span className="sr-only">{label}</span>}
    </span>
  )
}
