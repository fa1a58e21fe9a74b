// What travels, as the pages name it. The types are generated from the declarations (protocol/*.py).
import type { Mine } from '@/client/generated/messages'

export type Millis = number
export type {
  AccountState,
  Activity,
  Audience,
  Body,
  ClassroomState,
  ClientKind,
  Code,
  Commands,
  Delivery,
  Device,
  Draft,
  EndedHow,
  FileLink,
  Kinds,
  LoggedIn,
  Me,
  Member,
  Membership,
  Mine,
  Phase,
  Post,
  Posts,
  Record as ClassroomRecord,
  RecordedActivity,
  Records as RecordPage,
  RecordSummary,
  Role,
  ServerInfo,
  Session,
  StaffResponse,
  UploadedFile,
} from '@/client/generated/messages'

export type MinePhase = Mine['phase']
