/** For when the button that was pressed goes away: goes on from the heading of what it was about, or of the page. */
export function focusHeading(id?: string) {
  const heading = id === undefined ? document.querySelector<HTMLElement>('h1') : document.getElementById(id)
  heading?.focus({ preventScroll: true })
}
