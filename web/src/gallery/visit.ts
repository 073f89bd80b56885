import type { ParsedLocation } from '@tanstack/react-router'

/**
 * `beforeLoad` of pages with a long list. Each entry of the browser's history has pages of its own: whoever goes back
 * finds the list as they left it, at the same place; whoever opens the page anew sees it as it is now.
 */
export function remembersVisit({ location }: { location: Pick<ParsedLocation, 'state' | 'href'> }) {
  return { visit: location.state.__TSR_key ?? location.href }
}
