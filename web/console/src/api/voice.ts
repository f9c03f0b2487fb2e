import { request, upload } from './client'
import type { Seat } from './types'
import type {
  Announcement,
  AnnouncementForm,
  AnnouncementSource,
  Article,
  ArticleForm,
  CalendarDay,
  CalendarYear,
  Callback,
  CallbackState,
  DayKind,
  Flag,
  FlagForm,
  FlagNumber,
  FlowCheck,
  FlowDetail,
  FlowSummary,
  Items,
  Prompt,
  QueueState,
  SpeechLanguage,
  SurveySummary,
  Trunks,
  Visit,
} from './voice-types'

const segment = encodeURIComponent

export const voice = {
  flows: () => request<Items<FlowSummary>>('GET', '/flows'),
  flow: (name: string) => request<FlowDetail>('GET', `/flows/${segment(name)}`),
  flowVersion: (name: string, version: number) =>
    request<{ version: number; text: string }>('GET', `/flows/${segment(name)}/versions/${version}`),
  checkFlow: (name: string, text: string) => request<FlowCheck>('POST', `/flows/${segment(name)}/check`, { text }),
  publishFlow: (name: string, text: string, note: string, basedOn: number) =>
    request<{ version: number }>('POST', `/flows/${segment(name)}/publish`, { text, note, based_on: basedOn }),

  prompts: () => request<Items<Prompt>>('GET', '/prompts'),
  promptAudio: (language: SpeechLanguage, id: string) => `/api/v1/prompts/${language}/${segment(id)}/audio`,

  announcements: () => request<Items<Announcement>>('GET', '/announcements'),
  addAnnouncement: (form: AnnouncementForm, source: AnnouncementSource) =>
    request<Announcement>('POST', '/announcements', { ...form, source }),
  changeAnnouncement: (id: number, form: Partial<AnnouncementForm> & { enabled?: boolean }) =>
    request<Announcement>('PATCH', `/announcements/${id}`, form),
  uploadAnnouncement: (id: number, sound: File) => upload<Announcement>(`/announcements/${id}/audio`, sound),
  announcementAudio: (id: number, language: SpeechLanguage) =>
    `/api/v1/announcements/${id}/audio?language=${language}`,

  flags: () => request<Items<Flag>>('GET', '/flags'),
  proposeFlag: (form: FlagForm & FlagNumber) => request<Flag>('POST', '/flags', form),
  reviewFlag: (id: number, approve: boolean, note: string) =>
    request<Flag>('POST', `/flags/${id}/review`, { approve, note }),
  endFlag: (id: number, note: string) => request<Flag>('POST', `/flags/${id}/end`, { note }),

  articles: () => request<Items<Article>>('GET', '/articles'),
  addArticle: (form: ArticleForm) => request<Article>('POST', '/articles', form),
  changeArticle: (id: number, form: ArticleForm) => request<Article>('PATCH', `/articles/${id}`, form),
  articleAudio: (id: number) => `/api/v1/articles/${id}/audio`,

  calendar: (year: number) => request<CalendarYear>('GET', `/calendar/${year}`),
  setDay: (date: string, kind: DayKind, name: string) =>
    request<CalendarDay>('PUT', `/calendar/days/${date}`, { kind, name }),
  resetDay: (date: string) => request<CalendarDay>('DELETE', `/calendar/days/${date}`),
  completeYear: (year: number) => request<CalendarYear>('POST', `/calendar/${year}/complete`, {}),

  queues: () => request<Items<QueueState>>('GET', '/queues'),
  setSkills: (extension: string, skills: Record<string, number>) =>
    request<Seat>('PUT', `/seats/${segment(extension)}/skills`, { skills }),
  callbacks: (state: CallbackState | '') => request<Items<Callback>>('GET', '/callbacks', undefined, { state }),
  cancelCallback: (id: number, note: string) => request<Callback>('POST', `/callbacks/${id}/cancel`, { note }),
  retryCallback: (id: number) => request<Callback>('POST', `/callbacks/${id}/retry`, {}),

  surveys: (from: string, to: string) =>
    request<SurveySummary>('GET', '/surveys/summary', undefined, { from, to }),
  visits: () => request<Items<Visit>>('GET', '/visits'),

  trunks: () => request<Trunks>('GET', '/trunks'),
}
