import { computed, ref } from 'vue'

import { api } from '@/api'
import type { Category, CategoryKey, Place } from '@/api/types'

/** The edition new cases are filed under. */
export const EDITION = '2013'

export const places = ref<Place[]>([])
export const categories = ref<Category[]>([])

const placesByCode = computed(() => new Map(places.value.map((place) => [place.code, place])))
const categoriesByKey = computed(() => new Map(categories.value.map((one) => [categoryId(one), one])))

export const districts = computed(() => places.value.filter((place) => place.level === 3))

export function streetsOf(district: string | null): Place[] {
  return places.value.filter((place) => place.level === 4 && place.parent === district)
}

/** A place's name; its code while names are not loaded. */
export function placeName(code: string | null): string {
  return code ? (placesByCode.value.get(code)?.name ?? code) : ''
}

export function categoryId(key: CategoryKey): string {
  return `${key.edition}/${key.kind}/${key.code}`
}

/** 部件 0103 公用设施 / 电力井盖 */
export function categoryName(key: CategoryKey | null): string {
  if (!key) return ''
  const found = categoriesByKey.value.get(categoryId(key))
  return found ? `${found.kind} ${found.code} ${found.major} / ${found.minor}` : `${key.kind} ${key.code}`
}

let loadingPlaces: Promise<void> | null = null
let loadingCategories: Promise<void> | null = null

/** Load district and street names once; a failure is tried again at the next call. */
export function loadPlaces(): Promise<void> {
  loadingPlaces ??= api.places().then(
    (found) => void (places.value = found),
    () => void (loadingPlaces = null),
  )
  return loadingPlaces
}

/** Load the catalogue once; a failure is tried again at the next call. */
export function loadCategories(): Promise<void> {
  loadingCategories ??= api.categories(EDITION).then(
    (found) => void (categories.value = found),
    () => void (loadingCategories = null),
  )
  return loadingCategories
}
