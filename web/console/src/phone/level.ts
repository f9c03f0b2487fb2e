import { audioContext } from './ring'

/** Loudness of a stream, 0…1, on a scale of decibels. */
export class Meter {
  private readonly analyser: AnalyserNode
  private readonly source: MediaStreamAudioSourceNode
  private readonly samples: Float32Array<ArrayBuffer>

  constructor(stream: MediaStream) {
    const sound = audioContext()
    this.source = sound.createMediaStreamSource(stream)
    this.analyser = sound.createAnalyser()
    this.analyser.fftSize = 512
    this.samples = new Float32Array(this.analyser.fftSize)
    this.source.connect(this.analyser)
  }

  /** -60 dB and less is 0, full scale is 1. */
  read(): number {
    this.analyser.getFloatTimeDomainData(this.samples)
    const power = this.samples.reduce((sum, x) => sum + x * x, 0) / this.samples.length
    const decibel = 10 * Math.log10(power + 1e-10)
    return Math.min(1, Math.max(0, (decibel + 60) / 60))
  }

  close(): void {
    this.source.disconnect()
  }
}
