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
    workers: 'Recognisers at work',
    waiting: 'Waiting for a transcript',
    failedOnes: 'Failed, to be tried again',
    noModelHelp: 'Recordings are kept and will be transcribed once there is a model.',
  },
}
