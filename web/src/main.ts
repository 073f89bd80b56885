// The page's frame, which is in index.html, is drawn before the app's scripts take the processor. They are on their way
// already: the build tells the page so. A page in the background draws nothing, and so waits for nothing.
import './app/styles.css'

import { applyTheme, chosenTheme } from './app/theme'

applyTheme(chosenTheme())

const start = () => void import('./start')
if (document.hidden) start()
else requestAnimationFrame(() => setTimeout(start))
