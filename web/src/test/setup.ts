import { cleanup } from '@testing-library/react'
import { afterEach } from 'vitest'

// Browsers have it, happy-dom has not. What is reported fails the tests.
globalThis.reportError = (error: unknown) => {
  void Promise.reject(error instanceof Error ? error : new Error(String(error)))
}

afterEach(() => {
  cleanup()
  localStorage.clear()
  sessionStorage.clear()
})
