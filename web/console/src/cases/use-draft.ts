import { computed, onScopeDispose, reactive, ref, watch } from 'vue'

import { api } from '@/api'
import { ApiError } from '@/api/client'
import { describe } from '@/api/describe'
import { mistakeText } from '@/api/mistakes'
import type { CaseDetail, CaseForm } from '@/api/types'
import { differing, FORM_FIELDS, formOf, merge, pick, type FormField } from '@/lib/merge'
import { useLive } from '@/state/live'

const PAUSE_MS = 800
const RETRY_MS = 5_000

type Errors = Partial<Record<FormField, string>>

export interface Conflict {
  /** The server's sentence about who was faster. */
  message: string
  fields: FormField[]
  theirs: CaseDetail
}

const EMPTY: CaseForm = {
  kind: '',
  urgency: 'normal',
  district: null,
  street: null,
  community: null,
  cell: null,
  longitude: null,
  latitude: null,
  part: null,
  address: '',
  category: null,
  description: '',
  reporter_name: '',
  callback_number: '',
  confidential: false,
  wants_visit: false,
}

function mistakesOf(error: unknown): Errors {
  const told = error instanceof ApiError && error.code === 'invalid' ? error.fields : {}
  const found: Errors = {}
  for (const [name, text] of Object.entries(told)) {
    // A mistake inside a field ("category.code") is shown at the field.
    const field = FORM_FIELDS.find((one) => name === one || name.startsWith(`${one}.`))
    if (field) found[field] = mistakeText(text)
  }
  return found
}

/**
 * One case's form, saved by itself a moment after each change.
 *
 * What others change meanwhile is merged in; a field both changed becomes a `conflict` the person decides.
 */
export function useDraft(id: number) {
  const detail = ref<CaseDetail | null>(null)
  const form = reactive<CaseForm>(formOf(EMPTY))
  const errors = ref<Errors>({})
  const failure = ref<unknown>(null)
  const conflict = ref<Conflict | null>(null)
  const saving = ref(false)
  const savedAt = ref<string | null>(null)
  let base: CaseForm = formOf(EMPTY)
  let timer = 0
  let queue: Promise<void> = Promise.resolve()

  const editable = computed(() => detail.value?.stage === 'draft')
  const dirty = computed(() => detail.value !== null && differing(formOf(detail.value), form).length > 0)

  function adopt(theirs: CaseDetail, ours: CaseForm = form, message = ''): void {
    // Answers may overtake each other.
    if (detail.value && theirs.version < detail.value.version) return
    const merged = merge(base, ours, theirs)
    base = formOf(theirs)
    detail.value = theirs
    Object.assign(form, merged.form)
    if (merged.contested.length) conflict.value = { message, fields: merged.contested, theirs }
  }

  async function load(): Promise<void> {
    try {
      adopt(await api.case(id))
      failure.value = null
    } catch (error) {
      if (!detail.value) failure.value = error
    }
  }

  async function resolveConflict(error: unknown): Promise<boolean> {
    if (!(error instanceof ApiError) || error.code !== 'conflict') return false
    adopt(await api.case(id), form, describe(error))
    return true
  }

  /** Send what differs, leaving out fields the server has already refused. */
  async function send(refused: readonly FormField[] = []): Promise<void> {
    const known = detail.value
    const fields = differing(base, form).filter((field) => !refused.includes(field))
    if (!known || !editable.value || conflict.value || !fields.length) return
    try {
      adopt(await api.saveCase(id, known.version, pick(form, fields)), form)
      savedAt.value = new Date().toISOString()
    } catch (error) {
      const mistakes = mistakesOf(error)
      const wrong = fields.filter((field) => mistakes[field])
      errors.value = { ...errors.value, ...mistakes }
      if (wrong.length) return send([...refused, ...wrong])
      if (!(await resolveConflict(error))) throw error
      return send(refused)
    }
  }

  function save(): Promise<void> {
    window.clearTimeout(timer)
    queue = queue.then(async () => {
      saving.value = true
      try {
        await send((Object.keys(errors.value) as FormField[]).filter((field) => errors.value[field]))
        failure.value = null
      } catch (error) {
        failure.value = error
        timer = window.setTimeout(() => void save(), RETRY_MS)
      } finally {
        saving.value = false
      }
    })
    return queue
  }

  /** Submit the draft. Returns false where fields need correcting; throws ApiError for the rest. */
  async function register(): Promise<boolean> {
    await save()
    const known = detail.value
    if (!known || conflict.value) return false
    errors.value = {}
    try {
      // Only what is still unsaved: the server has the rest, some of it unmasked.
      const rest = pick(form, differing(base, form))
      adopt(await api.moveCase(id, 'register', known.version, rest))
      return true
    } catch (error) {
      errors.value = mistakesOf(error)
      if (await resolveConflict(error)) return false
      if (Object.keys(errors.value).length) return false
      throw error
    }
  }

  function settle(mine: boolean): void {
    const over = conflict.value
    conflict.value = null
    if (!over) return
    if (!mine) Object.assign(form, pick(formOf(over.theirs), over.fields))
    void save()
  }

  watch(form, (now) => {
    for (const field of Object.keys(errors.value) as FormField[]) {
      if (differing(lastSeen, now).includes(field)) delete errors.value[field]
    }
    lastSeen = formOf(now)
    if (!dirty.value || !editable.value) return
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void save(), PAUSE_MS)
  })
  let lastSeen: CaseForm = formOf(form)

  /** Somebody else was here: saving ours first lets the server say who it was. */
  async function catchUp(): Promise<void> {
    if (dirty.value) await save()
    await load()
  }

  useLive((message) => {
    if (message.type === 'case' && message.case.id === id && !saving.value) void catchUp()
  }, () => void catchUp())
  onScopeDispose(() => {
    if (dirty.value) void save()
  })
  void load()

  return { detail, form, errors, failure, conflict, saving, savedAt, editable, dirty, load, register, settle, adopt }
}
