import { request, upload } from './client'

export interface NamedPlace {
  code: string
  name: string
}

/** Where a point lies; null: the city has drawn nothing that small there. */
export interface Located {
  district: NamedPlace | null
  street: NamedPlace | null
  community: NamedPlace | null
  cell: NamedPlace | null
}

/** A place that may be meant by what was said, and why. */
export interface PlaceHit {
  name: string
  sort: string
  longitude: number
  latitude: number
  score: number
  why: string
  /** Only the direction is known. */
  is_guess: boolean
  located: Located | null
}

export interface TreePlace extends NamedPlace {
  level: 2 | 3 | 4 | 5 | 6
  parent: string | null
  valid_from: string | null
  valid_to: string | null
  /** How many places lie right below it. */
  below: number
}

export type PartState = 'good' | 'damaged' | 'missing' | 'disused' | 'removed'

/** A component (部件) of the register. */
export interface Part {
  code: string
  category: string
  name: string
  owner: string
  keeper: string
  state: PartState
  longitude: number
  latitude: number
  cell: string | null
  version: number
}

export interface NearPart extends Part {
  distance_m: number
}

export interface LandmarkForm {
  name: string
  aliases: string[]
  sort: string
  longitude: number
  latitude: number
  is_active: boolean
}

export interface Landmark extends LandmarkForm {
  id: number
  version: number
}

export type ImportWhat = 'places' | 'parts' | 'landmarks'

/** How many rows a file adds, changes, and has as they are. */
export interface PlacesImport {
  added: number
  changed: number
  same: number
  applied: boolean
}

type Items<T> = { items: T[] }

export const placesApi = {
  search: (text: string, district: string | null) =>
    request<Items<PlaceHit>>('GET', '/places/search', undefined, { text, district }),
  locate: (longitude: number, latitude: number) =>
    request<Located>('GET', '/places/locate', undefined, { longitude, latitude }),
  tree: (parent: string) => request<Items<TreePlace>>('GET', '/places/tree', undefined, { parent }),
  changePlace: (code: string, changes: { name?: string; valid_to?: string | null }) =>
    request<TreePlace>('PATCH', `/places/tree/${code}`, changes),
  parts: (longitude: number, latitude: number, within_m: number, category: string, most: number) =>
    request<Items<NearPart>>('GET', '/parts', undefined, { longitude, latitude, within_m, category, most }),
  changePart: (code: string, version: number, changes: Partial<Pick<Part, 'state' | 'owner' | 'keeper' | 'name'>>) =>
    request<Part>('PATCH', `/parts/${code}`, { version, ...changes }),
  importFile: (file: File, what: ImportWhat, apply: boolean) =>
    upload<PlacesImport>('/places/import', file, { type: 'application/geo+json', query: { what, apply } }),
  landmarks: (text: string, cursor: number | null) =>
    request<Items<Landmark> & { next: number | null }>('GET', '/landmarks', undefined, { text, cursor }),
  addLandmark: (form: LandmarkForm) => request<Landmark>('POST', '/landmarks', form),
  changeLandmark: (id: number, version: number, form: LandmarkForm) =>
    request<Landmark>('PATCH', `/landmarks/${id}`, { version, ...form }),
}
