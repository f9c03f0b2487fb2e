import { ref, shallowRef } from 'vue'

import { placesApi, type PlaceHit } from '@/api/places'

/** What was said about a place, and the places it may mean; null: nothing was asked yet. */
export function usePlaceSearch(district: () => string | null = () => null) {
  const text = ref('')
  const hits = shallowRef<PlaceHit[] | null>(null)
  const busy = ref(false)
  const failure = shallowRef<unknown>(null)

  async function find(): Promise<void> {
    const asked = text.value.trim()
    if (!asked || busy.value) return
    busy.value = true
    failure.value = null
    try {
      hits.value = (await placesApi.search(asked, district())).items
    } catch (error) {
      failure.value = error
    } finally {
      busy.value = false
    }
  }

  function forget(): void {
    hits.value = null
  }

  return { text, hits, busy, failure, find, forget }
}
