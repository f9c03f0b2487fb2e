import type { recordingsZh } from './recordings-zh'

export const recordingsEn: typeof recordingsZh = {
  transcription: {
    title: 'Transcription',
    ready: 'Transcription ready',
    test: 'Test model',
    no_model: 'No speech model yet',
    downloading: 'Downloading model',
    model: 'Model',
    testHelp:
      'This text comes from the small test model shipped with the product. It was trained on synthetic speech only, to prove the path works; do not trust it with real voices. The recording decides.',
    noModelHelp: 'Recordings are kept and will be transcribed once there is a model.',
  },
  player: {
    title: 'Recording',
    play: 'Play',
    pause: 'Pause',
    position: 'Position',
    caller: 'Caller',
    hotline: 'Hotline',
    speed: 'Speed',
    keys: 'Space play/pause · ← → 5 s · click to jump',
    none: 'No recording',
    noneLive: 'The recording appears here after the call',
    archiving: 'Archiving the recording…',
    damaged: 'The recording is damaged; the originals are kept for a person to look at',
    notYours: 'You may listen to your own calls and to those nobody answered',
    failed: 'The recording cannot be played',
  },
  transcript: {
    title: 'Transcript',
    none: 'No words recognised',
    notYours: 'You may read your own calls and those nobody answered',
    noneLive: 'The words appear here after the call',
    noRecording: 'No recording, so no words',
    waiting: 'Transcribing…',
    waitingModel: 'No speech model yet',
    caller: 'Caller',
    hotline: 'Hotline',
    jump: (time: string) => `Jump to ${time}`,
    model: (name: string) => `Model: ${name}`,
  },
}
