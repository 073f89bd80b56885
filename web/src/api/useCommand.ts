import type { DescMessage, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { callUnaryMethod, useTransport } from '@connectrpc/connect-query'
import { type Query, useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { v7 as uuidv7 } from 'uuid'

import { askAgain } from './askAgain'
import { passes, refusalOf } from './refusal'
import { useOnce } from './useOnce'

/** What a command asks for; its `requestId` is made here. */
type Wish<I extends DescMessage> = Omit<MessageInitShape<I>, 'requestId' | '$typeName'>

interface Options<O extends DescMessage> {
  onDone?: (answer: MessageShape<O>) => unknown
  /** Set by forms that say themselves what went wrong; a toast says it otherwise. */
  tellsErrors?: boolean
  /** Which queries on the page are asked again afterwards; the others show the change already. All when left out. */
  asksAgain?: (query: Query) => boolean
}

/**
 * Sends a command, at most once for each intent: a second click while it runs does nothing, and asking for the same
 * again after an answer was lost repeats the same request id. Afterwards the queries on the page are asked again.
 */
export function useCommand<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  { onDone, tellsErrors = false, asksAgain }: Options<O> = {},
) {
  const transport = useTransport()
  const queries = useQueryClient()
  const unanswered = useRef<{ wish: string; requestId: string } | undefined>(undefined)
  const mutation = useMutation({
    mutationFn: (wish: Wish<I>) => {
      const text = textOf(wish)
      if (unanswered.current?.wish !== text) unanswered.current = { wish: text, requestId: uuidv7() }
      const request = { ...wish, requestId: unanswered.current.requestId } as unknown as MessageInitShape<I>
      return callUnaryMethod(transport, method, request)
    },
    onSuccess: async (answer) => {
      unanswered.current = undefined
      await onDone?.(answer)
      void askAgain(queries, asksAgain)
    },
    onError: (error) => {
      if (!passes(refusalOf(error))) unanswered.current = undefined
    },
    meta: { tellsErrors },
  })
  return { ...mutation, run: useOnce(mutation.mutateAsync) }
}

function textOf(wish: unknown): string {
  return JSON.stringify(wish, (_key, value: unknown) => (typeof value === 'bigint' ? `${String(value)}n` : value))
}
