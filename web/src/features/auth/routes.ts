import { createRoute, lazyRouteComponent } from '@tanstack/react-router'

import { needsSession } from '@/app/guards'
import { nextSearch } from '@/app/next'
import { rootRoute } from '@/app/rootRoute'

const getParentRoute = () => rootRoute

const signIn = createRoute({
  getParentRoute,
  path: '/sign-in',
  validateSearch: nextSearch,
  component: lazyRouteComponent(() => import('./SignInPage'), 'SignInPage'),
})

const signUp = createRoute({
  getParentRoute,
  path: '/sign-up',
  validateSearch: nextSearch,
  component: lazyRouteComponent(() => import('./SignUpPage'), 'SignUpPage'),
})

/** Choosing a handle and a name, once, after signing up. */
const register = createRoute({
  getParentRoute,
  path: '/register',
  validateSearch: nextSearch,
  beforeLoad: needsSession,
  component: lazyRouteComponent(() => import('./RegisterPage'), 'RegisterPage'),
})

const forgotten = createRoute({
  getParentRoute,
  path: '/forgotten-password',
  validateSearch: nextSearch,
  component: lazyRouteComponent(() => import('./ForgottenPasswordPage'), 'ForgottenPasswordPage'),
})

/** A code of digits alone comes as a number. */
function resetSearch({ oobCode }: Record<string, unknown>): { oobCode?: string } {
  if (typeof oobCode === 'number') return { oobCode: String(oobCode) }
  return typeof oobCode === 'string' ? { oobCode } : {}
}

/** Where the link in the letter leads. */
const reset = createRoute({
  getParentRoute,
  path: '/reset-password',
  validateSearch: resetSearch,
  component: lazyRouteComponent(() => import('./ResetPasswordPage'), 'ResetPasswordPage'),
})

export const authRoutes = [signIn, signUp, register, forgotten, reset] as const
