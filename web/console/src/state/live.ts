import { onScopeDispose, ref } from 'vue'

import { api } from '@/api'
import { loggedOut } from '@/api/client'
import type { LiveMessage } from '@/api/types'

type Listener = (message: LiveMessage) => void

const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 10_000
/** A gap shorter than this is not worth a banner. */
const PATIENCE_MS = 1_500

/** Close code of the server: the session has ended. */
const LOGGED_OUT = 4401

/** True when the connection has been gone long enough to tell the reader. */
export const lost = ref(false)
/** True while updates arrive. */
export const connected = ref(false)

const listeners = new Set<Listener>()
const refetchers = new Set<() => void>()
let socket: WebSocket | null = null
let wanted = false
let wasConnected = false
let retryMs = FIRST_RETRY_MS
let retryTimer = 0
let bannerTimer = 0

/** Keep a connection to the live feed until `disconnect`. */
export function connect(): void {
  wanted = true
  if (!socket) open()
}

export function disconnect(): void {
  wanted = false
  wasConnected = false
  window.clearTimeout(retryTimer)
  window.clearTimeout(bannerTimer)
  lost.value = false
  connected.value = false
  socket?.close()
  socket = null
}

/** Hear every live message while the calling component lives; `refetch` runs after each reconnection. */
export function useLive(listener: Listener, refetch: () => void): void {
  listeners.add(listener)
  refetchers.add(refetch)
  onScopeDispose(() => {
    listeners.delete(listener)
    refetchers.delete(refetch)
  })
}

function open(): void {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  const current = new WebSocket(`${scheme}://${location.host}/api/v1/live`)
  socket = current
  current.onopen = opened
  current.onmessage = (event: MessageEvent<string>) => {
    const message = JSON.parse(event.data) as LiveMessage
    listeners.forEach((listener) => listener(message))
  }
  current.onclose = (event) => {
    if (socket === current) closed(event.code)
  }
}

function opened(): void {
  window.clearTimeout(bannerTimer)
  retryMs = FIRST_RETRY_MS
  lost.value = false
  connected.value = true
  // What happened while we were away was not sent to us.
  if (wasConnected) refetchers.forEach((refetch) => refetch())
  wasConnected = true
}

function closed(code: number): void {
  const refused = !connected.value
  socket = null
  connected.value = false
  if (!wanted) return
  if (code === LOGGED_OUT) return loggedOut()
  // A browser does not tell why a connection was refused; this request finds out an ended session.
  if (refused) api.whoAmI().catch(() => undefined)
  window.clearTimeout(bannerTimer)
  bannerTimer = window.setTimeout(() => (lost.value = true), lost.value ? 0 : PATIENCE_MS)
  retryTimer = window.setTimeout(open, retryMs * (0.75 + Math.random() / 2))
  retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
}

// The browser knows before the socket does.
window.addEventListener('offline', () => socket?.close())
window.addEventListener('online', () => {
  if (!wanted || socket) return
  window.clearTimeout(retryTimer)
  open()
})
