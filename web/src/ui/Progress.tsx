interface ProgressProps {
  label: string
  value: number
  max: number
}

/** How much of something is done. Browsers colour their own bar only as parts of it. */
export function Progress({ label, ...bar }: ProgressProps) {
  return <progress aria-label={label} {...bar} className={BAR} />
}

const BAR =
  'block h-2 w-full appearance-none overflow-hidden rounded-full bg-line [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent'
