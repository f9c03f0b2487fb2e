import { request } from './client'

export type Channel = 'sms' | 'wechat' | 'email'
export type Audience = 'reporter' | 'unit' | 'escalated' | 'leader'
export type MessageState = 'waiting' | 'sent' | 'failed' | 'skipped' | 'cancelled'
export type Held = '' | 'quiet' | 'limit' | 'retry'
export type MessageLanguage = 'zh' | 'en'

export const CHANNELS: readonly Channel[] = ['sms', 'wechat', 'email']
export const AUDIENCES: readonly Audience[] = ['reporter', 'unit', 'escalated', 'leader']
export const STATES: readonly MessageState[] = ['waiting', 'sent', 'failed', 'skipped', 'cancelled']

export interface TemplateForm {
  move: string
  audience: Audience
  channel: Channel
  language: MessageLanguage
  subject: string
  text: string
  urgent: boolean
  confidential: 'bare' | 'skip'
  enabled: boolean
}

export interface MessageTemplate extends TemplateForm {
  id: number
  move_label: string
  move_label_en: string
  version: number
  changed_at: string
}

export interface Placeholder {
  name: string
  label: string
  label_en: string
  example: string
  /** Left out where the case is confidential. */
  private: boolean
}

export interface Templates {
  items: MessageTemplate[]
  placeholders: Placeholder[]
  gateways: Record<Channel, string>
  hours: string
}

export interface Attempt {
  at: string
  outcome: 'delivered' | 'retry' | 'refused'
  status: number | null
  why: string
  took_ms: number
}

export interface Message {
  id: number
  case_id: number
  case_number: string
  move: string
  move_label: string
  move_label_en: string
  audience: Audience
  channel: Channel
  language: MessageLanguage
  /** Masked. */
  recipient: string
  subject: string
  text: string
  urgent: boolean
  state: MessageState
  held: Held
  why: string
  created_at: string
  next_at: string | null
  sent_at: string | null
  reference: string
  resent_of: number | null
  attempts: Attempt[]
}

export interface MessageQuery {
  state: MessageState | ''
  channel: Channel | ''
  audience: Audience | ''
  case_number: string
  recipient: string
}

export interface CaseContact {
  email: string
  wechat: string
  language: MessageLanguage
  channel: Channel | null
}

export interface StaffContact {
  account_id: number
  display_name: string
  role: string
  unit: string | null
  mobile: string
  email: string
  wechat: string
}

export interface MessageCount {
  channel: Channel
  state: MessageState
  held: Held
  count: number
}

const TEMPLATES = '/message-templates'

export const messagesApi = {
  templates: () => request<Templates>('GET', TEMPLATES),
  add: (form: TemplateForm) => request<MessageTemplate>('POST', TEMPLATES, form),
  change: (id: number, version: number, form: Partial<TemplateForm>) =>
    request<MessageTemplate>('PATCH', `${TEMPLATES}/${id}`, { version, ...form }),
  preview: (form: TemplateForm, caseNumber: string) =>
    request<{ subject: string; text: string; length: number; sms: number }>('POST', `${TEMPLATES}/preview`, {
      ...form,
      case_number: caseNumber,
    }),

  async page(query: MessageQuery, cursor: number | null) {
    const found = await request<{ items: Message[]; next: string | null }>('GET', '/messages', undefined, {
      ...query,
      case_number: query.case_number.trim(),
      recipient: query.recipient.trim(),
      cursor,
    })
    return { items: found.items, next: found.next === null ? null : Number(found.next) }
  },
  counts: () => request<{ items: MessageCount[] }>('GET', '/messages/counts'),
  resend: (id: number) => request<Message>('POST', `/messages/${id}/resend`, {}),
  cancel: (id: number) => request<Message>('POST', `/messages/${id}/cancel`, {}),

  ofCase: (id: number) => request<{ items: Message[] }>('GET', `/cases/${id}/messages`),
  contact: (id: number) => request<CaseContact>('GET', `/cases/${id}/contact`),
  keepContact: (id: number, contact: CaseContact) => request<CaseContact>('PUT', `/cases/${id}/contact`, contact),

  staff: () => request<{ items: StaffContact[] }>('GET', '/staff-contacts'),
  keepStaff: (id: number, given: Pick<StaffContact, 'mobile' | 'email' | 'wechat'>) =>
    request<StaffContact>('PUT', `/staff-contacts/${id}`, given),
}
