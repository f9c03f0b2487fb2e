import type { CaseForm } from '@/api/types'

export const FORM_FIELDS = [
  'kind',
  'urgency',
  'district',
  'street',
  'community',
  'cell',
  'longitude',
  'latitude',
  'part',
  'address',
  'category',
  'description',
  'reporter_name',
  'callback_number',
  'confidential',
  'wants_visit',
] as const satisfies readonly (keyof CaseForm)[]

export type FormField = (typeof FORM_FIELDS)[number]

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** The form's part of anything that holds one, as a copy. */
export function formOf(from: CaseForm): CaseForm {
  const { kind, urgency, district, street, address, category, description } = from
  const { community, cell, longitude, latitude, part } = from
  const { reporter_name, callback_number, confidential, wants_visit } = from
  return {
    kind,
    urgency,
    district,
    street,
    community,
    cell,
    longitude,
    latitude,
    part,
    address,
    category: category && { edition: category.edition, kind: category.kind, code: category.code },
    description,
    reporter_name,
    callback_number,
    confidential,
    wants_visit,
  }
}

/** Fields in which two forms differ. */
export function differing(a: CaseForm, b: CaseForm): FormField[] {
  return FORM_FIELDS.filter((field) => !same(a[field], b[field]))
}

/** Only the named fields of a form. */
export function pick(form: CaseForm, fields: readonly FormField[]): Partial<CaseForm> {
  return Object.fromEntries(fields.map((field) => [field, form[field]]))
}

export interface Merged {
  form: CaseForm
  /** Fields that both sides changed, each to something else; `form` holds ours. */
  contested: FormField[]
}

/** Three-way merge: their changes come in wherever we changed nothing. */
export function merge(base: CaseForm, ours: CaseForm, theirs: CaseForm): Merged {
  const mine = differing(base, ours)
  const contested = mine.filter((field) => !same(base[field], theirs[field]) && !same(ours[field], theirs[field]))
  return { form: { ...formOf(theirs), ...pick(ours, mine) }, contested }
}
