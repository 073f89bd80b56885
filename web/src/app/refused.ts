type Listener = (error: Error, told: boolean) => void

/** Failed commands, on their way from the query client, which knows no pages, to who tells people about them. */
export function createRefused() {
  let listener: Listener | undefined
  return {
    emit: (error: Error, told: boolean) => listener?.(error, told),
    listen: (wanted: Listener) => {
      listener = wanted
      return () => {
        listener = undefined
      }
    },
  }
}

export type Refused = ReturnType<typeof createRefused>
