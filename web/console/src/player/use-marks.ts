import { ref, watch, type Ref } from 'vue'

import { recordingsApi, type Mark, type MarkForm } from '@/api/recordings'

/** The marks of a recording, in its order. */
export function useMarks(recording: Ref<number | null>) {
  const marks = ref<Mark[]>([])
  const failure = ref<unknown>(null)

  async function load(): Promise<void> {
    const id = recording.value
    failure.value = null
    if (id === null) return
    try {
      const { items } = await recordingsApi.marks(id)
      if (id === recording.value) marks.value = items
    } catch (error) {
      if (id === recording.value) failure.value = error
    }
  }

  /** Write a new mark, or change one. Throws ApiError. */
  async function save(form: MarkForm, id: number | null): Promise<void> {
    const of = recording.value
    if (of === null) return
    await (id === null ? recordingsApi.addMark(of, form) : recordingsApi.editMark(of, id, form))
    await load()
  }

  /** Throws ApiError. */
  async function remove(mark: Mark): Promise<void> {
    if (recording.value === null) return
    await recordingsApi.removeMark(recording.value, mark.id)
    await load()
  }

  watch(
    recording,
    () => {
      marks.value = []
      void load()
    },
    { immediate: true },
  )
  return { marks, failure, load, save, remove }
}

export type Marks = ReturnType<typeof useMarks>
