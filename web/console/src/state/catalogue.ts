import { computed, ref } from 'vue'

import { api } from '@/api'
import { catalogue, type Edition } from '@/api/catalogue'
import type { Category, CategoryKey, Place } from '@/api/types'

export const places = ref<Place[]>([])
export const categories = ref<Category[]>([])
export const editions = ref<Edition[]>([])

/** The edition new cases are filed under (a setting of the server). */
export const edition = computed(() => editions.value.find((one) => one.is_default)?.code ?? '2013')

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

/** Does a class or a severity row hold on a day (YYYY-MM-DD)? */
export function inForce(one: { valid_from: string | null; valid_to: string | null }, day: string): boolean {
  return (!one.valid_from || one.valid_from <= day) && (!one.valid_to || one.valid_to > day)
}

/** Those of `classes` that what was typed may name, by code, name, pinyin or its initials; the likeliest first. */
export function meant(classes: readonly Category[], typed: string): Category[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  if (!words.length) return [...classes]
  const fits = classes.map((one) => ({ one, misfit: Math.max(...words.map((word) => misfit(one, word))) }))
  return fits
    .filter((fit) => fit.misfit < Infinity)
    .sort((a, b) => a.misfit - b.misfit)
    .map((fit) => fit.one)
}

/** How badly a word fits a class: 0 is it, Infinity not at all. */
function misfit(one: Category, word: string): number {
  const names = [one.minor.toLowerCase(), one.code, one.initials, one.pinyin]
  if (names.includes(word)) return 0
  if (names.some((name) => name.startsWith(word))) return 1
  const isPart = one.minor.toLowerCase().includes(word) || (word.length > 1 && one.initials.includes(word))
  if (isPart) return 2
  return `${one.kind}${one.major}`.toLowerCase().includes(word) ? 3 : Infinity
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

/** Load the default edition once; a failure is tried again at the next call. */
export function loadCategories(): Promise<void> {
  loadingCategories ??= fetchCategories().catch(() => void (loadingCategories = null))
  return loadingCategories
}

async function fetchCategories(): Promise<void> {
  editions.value = await catalogue.editions()
  categories.value = await api.categories(edition.value)
}

/** Somebody edited the catalogue: forms ask for it anew. */
export function forgetCategories(): void {
  loadingCategories = null
}
