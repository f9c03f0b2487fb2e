import { computed, ref } from 'vue'

import { api } from '@/api'
import type { CaseStage, CaseWorkflow, Unit } from '@/api/types'
import { label, language, t } from '@/i18n'
import { dateTime } from '@/lib/time'

const workflow = ref<CaseWorkflow>({ stages: [], moves: [] })
export const units = ref<Unit[]>([])

interface Labelled {
  label: string
  label_en: string
}
/** The server's label in the chosen language. */
export const labelOf = (one: Labelled): string => (language.value === 'en' ? one.label_en : one.label)

export const stages = computed<CaseStage[]>(() => workflow.value.stages)
export const moves = computed(() => workflow.value.moves)
const stagesByName = computed(() => new Map(workflow.value.stages.map((one) => [one.name, one])))
const movesByName = computed(() => new Map(workflow.value.moves.map((one) => [one.name, one])))
const unitsByCode = computed(() => new Map(units.value.map((one) => [one.code, one])))

/** What this city calls a stage; our own word while the table is not loaded. */
export function stageName(name: string): string {
  const found = stagesByName.value.get(name)
  return found ? labelOf(found) : label(t.value.stages, name)
}

export function moveName(name: string): string {
  const found = movesByName.value.get(name)
  return found ? labelOf(found) : label(t.value.moves, name)
}

/** A unit's name; its code while names are not loaded. */
export function unitName(code: string | null): string {
  return code ? (unitsByCode.value.get(code)?.name ?? code) : ''
}

/** An input of a move as the history shows it. */
export function inputText(name: string, value: string | number): string {
  if (name === 'unit') return unitName(String(value))
  if (name === 'until') return dateTime(String(value))
  return label(t.value.caseWork.values, String(value))
}

let loadingWorkflow: Promise<void> | null = null
let loadingUnits: Promise<void> | null = null

/** Load the workflow table once; a failure is tried again at the next call. */
export function loadWorkflow(): Promise<void> {
  loadingWorkflow ??= api.caseWorkflow().then(
    (found) => void (workflow.value = found),
    () => void (loadingWorkflow = null),
  )
  return loadingWorkflow
}

/** Load the units' names once; a failure is tried again at the next call. */
export function loadUnits(): Promise<void> {
  loadingUnits ??= api.units().then(
    (found) => void (units.value = found.items),
    () => void (loadingUnits = null),
  )
  return loadingUnits
}
