// Reads QR codes from the camera: with the browser's own detector, else with one loaded for it.
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'

export type CameraState = 'starting' | 'scanning' | 'denied' | 'missing' | 'busy' | 'insecure'

export interface Scanner {
  state: Readonly<Ref<CameraState>>
  /** null: the camera has no light to switch. */
  torch: Readonly<ShallowRef<boolean | null>>
  start(video: HTMLVideoElement): Promise<void>
  switchTorch(): Promise<void>
}

type Read = (video: HTMLVideoElement) => Promise<string | null>

interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector
  getSupportedFormats(): Promise<string[]>
}

const PAUSE_MS = 120
const SIDE_PX = 640

export function useScanner(onText: (text: string) => void): Scanner {
  const state = ref<CameraState>('starting')
  const torch = shallowRef<boolean | null>(null)
  let stream: MediaStream | null = null
  let isOver = false

  function stop(): void {
    stream?.getTracks().forEach((track) => track.stop())
    stream = null
  }
  onScopeDispose(() => {
    isOver = true
    stop()
  })

  async function start(video: HTMLVideoElement): Promise<void> {
    stop()
    state.value = 'starting'
    torch.value = null
    try {
      stream = await openCamera()
    } catch (thrown) {
      state.value = reasonOf(thrown)
      return
    }
    // The page may have been left while the person was being asked.
    if (isOver) return stop()
    torch.value = hasTorch(stream) ? false : null
    video.srcObject = stream
    await video.play().catch(() => undefined)
    state.value = 'scanning'
    await readWhile(video, () => !isOver && state.value === 'scanning' && video.srcObject === stream)
  }

  async function readWhile(video: HTMLVideoElement, isWanted: () => boolean): Promise<void> {
    const read = await makeReader()
    while (isWanted()) {
      const text = video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA ? await read(video).catch(() => null) : null
      if (text !== null && isWanted()) onText(text)
      await new Promise((resume) => setTimeout(resume, PAUSE_MS))
    }
  }

  async function switchTorch(): Promise<void> {
    const track = stream?.getVideoTracks()[0]
    if (!track || torch.value === null) return
    const wanted = !torch.value
    await track.applyConstraints({ advanced: [{ torch: wanted } as MediaTrackConstraintSet] }).then(
      () => (torch.value = wanted),
      () => (torch.value = null),
    )
  }

  return { state, torch, start, switchTorch }
}

function openCamera(): Promise<MediaStream> {
  if (!navigator.mediaDevices) throw new DOMException('no camera here', 'SecurityError')
  const size = { width: { ideal: 1280 }, height: { ideal: 720 } }
  return navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', ...size }, audio: false })
}

function reasonOf(thrown: unknown): CameraState {
  const name = thrown instanceof DOMException ? thrown.name : ''
  if (!window.isSecureContext || (name === 'SecurityError' && !navigator.mediaDevices)) return 'insecure'
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
  if (name === 'NotReadableError' || name === 'AbortError') return 'busy'
  return 'missing'
}

function hasTorch(stream: MediaStream): boolean {
  const capabilities = stream.getVideoTracks()[0]?.getCapabilities?.() as { torch?: boolean } | undefined
  return capabilities?.torch === true
}

async function makeReader(): Promise<Read> {
  const Detector = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector
  const formats = Detector ? await Detector.getSupportedFormats().catch(() => []) : []
  if (Detector && formats.includes('qr_code')) {
    const detector = new Detector({ formats: ['qr_code'] })
    return async (video) => (await detector.detect(video))[0]?.rawValue ?? null
  }
  const { default: jsqr } = await import('jsqr')
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d', { willReadFrequently: true })
  return async (video) => {
    const scale = Math.min(1, SIDE_PX / Math.max(video.videoWidth, video.videoHeight, 1))
    canvas.width = Math.round(video.videoWidth * scale)
    canvas.height = Math.round(video.videoHeight * scale)
    if (!context || canvas.width === 0) return null
    context.drawImage(video, 0, 0, canvas.width, canvas.height)
    const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height)
    return jsqr(data, width, height, { inversionAttempts: 'dontInvert' })?.data ?? null
  }
}
