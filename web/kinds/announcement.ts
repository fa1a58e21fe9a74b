// Announcement (公告) as server/core/activities/announcement.py declares it.
export interface AnnouncementConfig {
  v?: 1
  text: string
  /** The id of an uploaded file. */
  image: string | null
}
