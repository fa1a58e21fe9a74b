// How long a video is, before it is uploaded: the server keeps bytes and does not play them.

/** In milliseconds; null where this browser cannot play it. */
export function videoLength(file: File): Promise<number | null> {
  const url = URL.createObjectURL(file)
  const video = document.createElement('video')
  return new Promise<number | null>((resolve) => {
    video.preload = 'metadata'
    video.onloadedmetadata = () => resolve(Number.isFinite(video.duration) ? Math.max(1, Math.round(video.duration * 1000)) : null)
    video.onerror = () => resolve(null)
    video.src = url
  }).finally(() => URL.revokeObjectURL(url))
}
