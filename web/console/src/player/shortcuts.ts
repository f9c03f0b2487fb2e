import { SMALL_STEP_S, STEP_S, type Player } from './use-player'

/** What a key asks of the page around the player. */
export interface Wishes {
  mark: () => void
  share: () => void
  help: () => void
  /** To the mark before (-1) or behind (1). */
  toMark: (way: -1 | 1) => void
  zoom: (way: -1 | 1) => void
}

export type KeyName =
  | 'play' | 'back' | 'ahead' | 'smallBack' | 'smallAhead' | 'start' | 'end' | 'slower' | 'faster' | 'normal'
  | 'skip' | 'loopA' | 'loopB' | 'loopOff' | 'muteCaller' | 'muteHotline' | 'mark' | 'nextMark' | 'lastMark'
  | 'share' | 'zoomIn' | 'zoomOut' | 'help'

interface Shortcut {
  name: KeyName
  /** KeyboardEvent.key values; letters in lower case. */
  keys: readonly string[]
  /** As the help dialog shows it. */
  shown: string
  shift?: boolean
  act: (player: Player, wishes: Wishes) => void
}

const jump = (by: number) => (player: Player) => player.seek(player.time.value + by)

export const SHORTCUTS: readonly Shortcut[] = [
  { name: 'play', keys: [' ', 'k'], shown: 'K', act: (player) => void player.toggle() },
  { name: 'smallBack', keys: ['ArrowLeft'], shift: true, shown: 'Shift ←', act: jump(-SMALL_STEP_S) },
  { name: 'smallAhead', keys: ['ArrowRight'], shift: true, shown: 'Shift →', act: jump(SMALL_STEP_S) },
  { name: 'back', keys: ['ArrowLeft'], shown: '←', act: jump(-STEP_S) },
  { name: 'ahead', keys: ['ArrowRight'], shown: '→', act: jump(STEP_S) },
  { name: 'start', keys: ['Home'], shown: 'Home', act: (player) => player.seek(0) },
  { name: 'end', keys: ['End'], shown: 'End', act: (player) => player.seek(Infinity) },
  { name: 'slower', keys: ['['], shown: '[', act: (player) => player.shiftRate(-1) },
  { name: 'faster', keys: [']'], shown: ']', act: (player) => player.shiftRate(1) },
  { name: 'normal', keys: ['='], shown: '=', act: (player) => player.setRate(1) },
  { name: 'skip', keys: ['s'], shown: 'S', act: (player) => (player.skipping.value = !player.skipping.value) },
  { name: 'loopA', keys: ['a'], shown: 'A', act: (player) => player.loopFrom(player.time.value) },
  { name: 'loopB', keys: ['b'], shown: 'B', act: (player) => player.loopTo(player.time.value) },
  { name: 'loopOff', keys: ['x'], shown: 'X', act: (player) => player.clearLoop() },
  { name: 'muteCaller', keys: ['1'], shown: '1', act: (player) => player.sides.mute('caller') },
  { name: 'muteHotline', keys: ['2'], shown: '2', act: (player) => player.sides.mute('hotline') },
  { name: 'mark', keys: ['m'], shown: 'M', act: (_, wishes) => wishes.mark() },
  { name: 'lastMark', keys: [','], shown: ',', act: (_, wishes) => wishes.toMark(-1) },
  { name: 'nextMark', keys: ['.'], shown: '.', act: (_, wishes) => wishes.toMark(1) },
  { name: 'share', keys: ['l'], shown: 'L', act: (_, wishes) => wishes.share() },
  { name: 'zoomIn', keys: ['z'], shown: 'Z', act: (_, wishes) => wishes.zoom(1) },
  { name: 'zoomOut', keys: ['z'], shift: true, shown: 'Shift Z', act: (_, wishes) => wishes.zoom(-1) },
  { name: 'help', keys: ['?', '？'], shown: '?', act: (_, wishes) => wishes.help() },
]

/** The shortcut a key press stands for. */
export function shortcutOf(event: KeyboardEvent): Shortcut | undefined {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  return SHORTCUTS.find((one) => one.keys.includes(key) && (key === '?' || key === '？' || (one.shift ?? false) === event.shiftKey))
}
