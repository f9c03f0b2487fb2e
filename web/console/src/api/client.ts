import { language } from '@/i18n'

interface ErrorBody {
  code?: string
  message?: string
  fields?: Record<string, string>
  details?: Record<string, unknown>
  minutes?: number
}

/** The API said no, or could not be reached (`code` "offline"). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, string> = {},
    readonly minutes: number | null = null,
  ) {
    super(message)
  }
}

type Query = Record<string, string | number | boolean | null | undefined>

let onLoggedOut: () => void = () => undefined

/** Register what happens when a session has ended behind our back. */
export function whenLoggedOut(action: () => void): void {
  onLoggedOut = action
}

/** To be called by whoever learns that the session has ended. */
export function loggedOut(): void {
  onLoggedOut()
}

export function address(path: string, query: Query): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value))
  }
  const tail = search.toString()
  return `/api/v1${path}${tail ? `?${tail}` : ''}`
}

/** What a refused answer says. */
export async function failure(response: Response): Promise<ApiError> {
  const text = await response.text()
  let body: ErrorBody = {}
  try {
    body = (JSON.parse(text) as { error?: ErrorBody }).error ?? {}
  } catch {
    // A proxy in front of us may answer with a page of its own: the status still tells.
  }
  const minutes = body.minutes ?? body.details?.['minutes']
  return new ApiError(
    response.status,
    body.code ?? 'error',
    body.message ?? '',
    body.fields ?? {},
    typeof minutes === 'number' ? minutes : null,
  )
}

async function send<T>(
  method: string,
  path: string,
  query: Query,
  type: string,
  body?: string | Blob,
  more: Record<string, string> = {},
): Promise<T> {
  const headers: Record<string, string> = { 'Accept-Language': language.value, ...more }
  if (body !== undefined) headers['Content-Type'] = type
  let response: Response
  try {
    response = await fetch(address(path, query), { method, headers, body })
  } catch {
    throw new ApiError(0, 'offline', '')
  }
  if (!response.ok) {
    const error = await failure(response)
    if (error.code === 'not_logged_in') loggedOut()
    throw error
  }
  return (response.status === 204 ? undefined : await response.json()) as T
}

/**
 * One request to the API.
 *
 * Throws ApiError; status 0 and code "offline" when no answer came at all.
 */
export function request<T>(method: string, path: string, body?: object, query: Query = {}): Promise<T> {
  return send<T>(method, path, query, 'application/json', body && JSON.stringify(body))
}

/**
 * A request that must not be done twice: asked again with its name when no answer came, it is answered, not repeated.
 *
 * Throws ApiError as `request` does.
 */
export async function once<T>(method: string, path: string, body: object): Promise<T> {
  const name = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-')
  const ask = () => send<T>(method, path, {}, 'application/json', JSON.stringify(body), { 'Idempotency-Key': name })
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'offline') throw error
    return await ask()
  }
}

/** Send a file as it is, a sound or a spreadsheet. Throws ApiError as `request` does. */
export function upload<T>(path: string, file: File, more: { type?: string; query?: Query } = {}): Promise<T> {
  return send<T>('POST', path, more.query ?? {}, more.type ?? (file.type || 'application/octet-stream'), file)
}
