// What an announcement's bodies mean; the types are generated from the declarations.
export type { AnnouncementConfig } from '@/client/generated/messages'
